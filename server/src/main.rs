//! `cuepoint serve [--demo]`, `cuepoint add FILE`, `cuepoint account`, `cuepoint user`, `cuepoint owner-link`,
//! `cuepoint listen`, `cuepoint config`.

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use server::{
    add::Add,
    api::uploads::pass,
    config::Config,
    demo,
    keys::Keys,
    listen::Listen,
    operator::{AccountCommand, UserCommand},
    owner_link::OwnerLink,
    report_link,
    serve::Server,
    state::now,
    store::{Store, accounts, videos},
};
use std::{error::Error, net::SocketAddr, process::ExitCode};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

/// A self-hosted video player with interactions, reports and webhooks.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve pages, media and the API.
    Serve {
        /// Bring a demo account and video, and print their addresses and API key.
        #[arg(long)]
        demo: bool,
    },
    /// Add a video from this machine's disk, and print its addresses. A server may be running.
    Add(Box<Add>),
    /// Print a link, good for a week: views in the browser that opens it are left out of the reports.
    OwnerLink(OwnerLink),
    /// Print an address that opens a video's report for whoever has it. A server may be running.
    ReportLink {
        /// The video's number or token.
        video: String,
        /// For how many days it opens.
        #[arg(long, default_value_t = report_link::USUAL_DAYS, value_parser = clap::value_parser!(i64).range(1..=report_link::MOST_DAYS))]
        days: i64,
    },
    /// Print an address that opens a page for uploading videos, for whoever has it. A server may be running.
    UploadLink {
        /// Whose videos they are.
        #[arg(long, value_name = "EMAIL", default_value = demo::EMAIL)]
        account: String,
        /// For how many days it opens.
        #[arg(long, default_value_t = pass::USUAL_DAYS, value_parser = clap::value_parser!(i64).range(1..=pass::MOST_DAYS))]
        days: i64,
    },
    /// Accounts, one for each customer or team.
    #[command(subcommand)]
    Account(AccountCommand),
    /// People who sign in.
    #[command(subcommand)]
    User(UserCommand),
    /// Print webhook messages as they are made, or forward them to this machine: for developers whom no server reaches.
    Listen(Box<Listen>),
    /// Print the settings in force, secrets hidden.
    Config,
}

#[tokio::main]
async fn main() -> ExitCode {
    let matches = Cli::command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let done = match cli.command {
        Command::Serve { demo } => serve(demo).await,
        Command::Add(_) => {
            let given = matches.subcommand_matches("add").unwrap_or(&matches);
            add(Add::read(given).unwrap_or_else(|error| error.exit())).await
        }
        Command::OwnerLink(link) => owner_link(link).await,
        Command::ReportLink { video, days } => link_to_report(&video, days).await,
        Command::UploadLink { account, days } => link_to_upload(&account, days).await,
        Command::Account(command) => account(command).await,
        Command::User(command) => user(command).await,
        Command::Listen(listen) => listen.run().await.map_err(Into::into),
        Command::Config => Config::load(std::env::vars()).map(|config| print!("{config}")).map_err(Into::into),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cuepoint: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(with_demo: bool) -> Result<(), Box<dyn Error>> {
    let mut config = Config::load(std::env::vars())?;
    log();
    open_files();
    let listener = bind("CUEPOINT_LISTEN", config.listen).await?;
    let admin = bind("CUEPOINT_ADMIN_LISTEN", config.admin_listen).await?;
    if config.public_url.port() == Some(0) {
        // Any free port was asked for: the links name the one that was found.
        let port = listener.local_addr()?.port();
        config.public_url.set_port(Some(port)).map_err(|()| "CUEPOINT_PUBLIC_URL can't carry a port")?;
    }
    // Before the first request: whoever stops us may do so from now on.
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let server = Server::start(config, listener, Some(admin)).await?;
    if with_demo {
        println!("{}", demo::bring(&server.state).await?);
    }
    tracing::info!(url = %server.state.config.public_url, "ready");
    tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
    tracing::info!("stopping");
    tokio::select! {
        () = server.stop() => {}
        // Asked twice: now.
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
    Ok(())
}

/// As many open files as this process may have: each viewer holds a connection or two, and the usual 1,024 are meant
/// for programs that could not count further.
fn open_files() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%error, "the number of open files stays limited");
    }
}

async fn add(add: Add) -> Result<(), Box<dyn Error>> {
    let config = Config::load(std::env::vars())?;
    log();
    let mut term = signal(SignalKind::terminate())?;
    tokio::select! {
        added = add.run(&config) => println!("{}", added?),
        // What was being made goes, and the tools with it.
        _ = tokio::signal::ctrl_c() => return Err("stopped".into()),
        _ = term.recv() => return Err("stopped".into()),
    }
    Ok(())
}

async fn owner_link(link: OwnerLink) -> Result<(), Box<dyn Error>> {
    let config = Config::load(std::env::vars())?;
    log();
    println!("{}", link.run(&config).await?);
    Ok(())
}

async fn account(command: AccountCommand) -> Result<(), Box<dyn Error>> {
    let config = Config::load(std::env::vars())?;
    log();
    println!("{}", command.run(&config).await?);
    Ok(())
}

async fn user(command: UserCommand) -> Result<(), Box<dyn Error>> {
    let config = Config::load(std::env::vars())?;
    log();
    println!("{}", command.run(&config).await?);
    Ok(())
}

async fn link_to_report(video: &str, days: i64) -> Result<(), Box<dyn Error>> {
    let config = Config::load(std::env::vars())?;
    let (keys, store) = (Keys::load(&config.data_folder())?, Store::open(&config.database_url).await?);
    let mut reader = store.reader().await?;
    let found = match video.parse() {
        Ok(id) => videos::by_id(reader.conn(), id).await?,
        Err(_) => videos::by_token(reader.conn(), video).await?,
    };
    drop(reader);
    store.close().await;
    let video = found.filter(|video| video.deleted_at.is_none()).ok_or(format!("there is no video {video}"))?;
    println!("{}", report_link::minted(&keys, &config, &video, days, now()).0);
    Ok(())
}

async fn link_to_upload(email: &str, days: i64) -> Result<(), Box<dyn Error>> {
    let config = Config::load(std::env::vars())?;
    let (keys, store) = (Keys::load(&config.data_folder())?, Store::open(&config.database_url).await?);
    let mut reader = store.reader().await?;
    let account = accounts::by_email(reader.conn(), email).await?;
    drop(reader);
    store.close().await;
    let account = account.ok_or(format!("there is no account {email}"))?;
    println!("{}", pass::link(&keys, &config, account.id, days, now()).0);
    Ok(())
}

async fn bind(setting: &str, address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| format!("{setting}: {address} can't be used: {error}"))
}

/// Logs to standard error: as text on a terminal, else as JSON; `CUEPOINT_LOG` sets the level.
fn log() {
    let filter = EnvFilter::try_from_env("CUEPOINT_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let subscriber = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        subscriber.with(layer).init();
    } else {
        subscriber.with(layer.json()).init();
    }
}
