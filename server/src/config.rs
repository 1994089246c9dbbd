//! Settings: from the environment, then a TOML file, then defaults. An unknown key is an error.

use crate::limits::rates::Rates;
use app::film::Asking;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, net::SocketAddr, path::PathBuf};
use url::Url;

#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where pages, media and the API are served.
    pub listen: SocketAddr,
    /// Where metrics are served; never public.
    pub admin_listen: SocketAddr,
    /// The address that viewers and webhooks are given, without a trailing slash.
    pub public_url: Url,
    pub database_url: String,
    pub media_url: String,
    /// Addresses that webhooks and imports may reach beyond the public internet.
    pub egress_allow: Vec<IpNet>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How many batches a view, a video and an address may send.
    pub rate_limits: Rates,
    /// A database in the MaxMind format that tells where addresses are.
    pub geo_db: Option<PathBuf>,
    /// Whether a viewer must agree before a cookie is set, where a video does not say.
    pub consent: Asking,
    /// The mail server for letters to viewers; without one nobody is asked for an e-mail address.
    pub smtp_url: Option<Url>,
    /// The longest file that is taken in, in bytes.
    pub upload_max: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{name} is not a setting")]
    Unknown { name: String },
    #[error("{name}: {reason}")]
    Wrong { name: &'static str, reason: String },
    #[error("{path}: {reason}")]
    File { path: PathBuf, reason: String },
}

/// The settings as text, before they are understood.
#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Text {
    listen: Option<String>,
    admin_listen: Option<String>,
    public_url: Option<String>,
    database_url: Option<String>,
    media_url: Option<String>,
    egress_allow: Option<String>,
    trusted_proxies: Option<String>,
    rate_limits: Option<String>,
    geo_db: Option<String>,
    consent: Option<String>,
    smtp_url: Option<String>,
    upload_max: Option<String>,
}

const PREFIX: &str = "CUEPOINT_";
/// Variables with our prefix that are not settings of the server.
const NOT_SETTINGS: [&str; 5] =
    ["CUEPOINT_CONFIG", "CUEPOINT_LOG", "CUEPOINT_TOOLS", "CUEPOINT_TOOLCHAIN", "CUEPOINT_API_KEY"];

impl Config {
    /// Reads the settings from `vars` (the environment) over the file `CUEPOINT_CONFIG` names.
    ///
    /// # Errors
    /// A key that is no setting, or a value that does not parse; both name the key.
    pub fn load(vars: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let vars: BTreeMap<String, String> = vars.filter(|(name, _)| name.starts_with(PREFIX)).collect();
        let file = match vars.get("CUEPOINT_CONFIG") {
            Some(path) => read_file(path.into())?,
            None => Text::default(),
        };
        Self::from_text(over(vars, file)?)
    }

    fn from_text(text: Text) -> Result<Self, ConfigError> {
        let listen: SocketAddr = parse("CUEPOINT_LISTEN", text.listen, "127.0.0.1:3000")?;
        let mut public_url: Url = parse("CUEPOINT_PUBLIC_URL", text.public_url, &format!("http://{listen}"))?;
        if !matches!(public_url.scheme(), "http" | "https") || public_url.host().is_none() {
            return Err(wrong("CUEPOINT_PUBLIC_URL", "must be an http or https address"));
        }
        public_url.set_query(None);
        public_url.set_fragment(None);
        Ok(Self {
            listen,
            admin_listen: parse("CUEPOINT_ADMIN_LISTEN", text.admin_listen, "127.0.0.1:3001")?,
            public_url,
            database_url: text.database_url.unwrap_or_else(|| "sqlite://data/cuepoint.db".into()),
            media_url: text.media_url.unwrap_or_else(|| "file://data/media".into()),
            egress_allow: networks("CUEPOINT_EGRESS_ALLOW", text.egress_allow)?,
            trusted_proxies: networks("CUEPOINT_TRUSTED_PROXIES", text.trusted_proxies)?,
            rate_limits: parse("CUEPOINT_RATE_LIMITS", text.rate_limits, "")?,
            geo_db: text.geo_db.map(|path| path.trim().into()).filter(|path: &PathBuf| !path.as_os_str().is_empty()),
            consent: parse("CUEPOINT_CONSENT", text.consent, Asking::default().as_str())?,
            smtp_url: smtp(text.smtp_url)?,
            upload_max: size("CUEPOINT_UPLOAD_MAX", text.upload_max, 10 << 30)?,
        })
    }

    /// `path` (with its leading slash) on the public address.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }

    /// Is the public address https, so that secure cookies may be set?
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// The folder of files that belong to this instance: beside the database file, else beside the
    /// media folder, else `data`.
    pub fn data_folder(&self) -> PathBuf {
        let beside = |url: &str, scheme: &str| {
            let path = url.strip_prefix(scheme)?.split('?').next()?;
            PathBuf::from(path.strip_prefix("//").unwrap_or(path)).parent().map(PathBuf::from)
        };
        let found = beside(&self.database_url, "sqlite:").or_else(|| beside(&self.media_url, "file:"));
        found.unwrap_or_else(|| "data".into())
    }
}

fn read_file(path: PathBuf) -> Result<Text, ConfigError> {
    let failed = |reason: String| ConfigError::File { path: path.clone(), reason };
    let text = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
    toml::from_str(&text).map_err(|error| failed(error.message().to_owned()))
}

/// Lays the environment over the file.
fn over(vars: BTreeMap<String, String>, mut text: Text) -> Result<Text, ConfigError> {
    for (name, value) in vars {
        if NOT_SETTINGS.contains(&name.as_str()) {
            continue;
        }
        let slot = match name.as_str() {
            "CUEPOINT_LISTEN" => &mut text.listen,
            "CUEPOINT_ADMIN_LISTEN" => &mut text.admin_listen,
            "CUEPOINT_PUBLIC_URL" => &mut text.public_url,
            "CUEPOINT_DATABASE_URL" => &mut text.database_url,
            "CUEPOINT_MEDIA_URL" => &mut text.media_url,
            "CUEPOINT_EGRESS_ALLOW" => &mut text.egress_allow,
            "CUEPOINT_TRUSTED_PROXIES" => &mut text.trusted_proxies,
            "CUEPOINT_RATE_LIMITS" => &mut text.rate_limits,
            "CUEPOINT_GEO_DB" => &mut text.geo_db,
            "CUEPOINT_CONSENT" => &mut text.consent,
            "CUEPOINT_SMTP_URL" => &mut text.smtp_url,
            "CUEPOINT_UPLOAD_MAX" => &mut text.upload_max,
            _ => return Err(ConfigError::Unknown { name }),
        };
        *slot = Some(value);
    }
    Ok(text)
}

fn wrong(name: &'static str, reason: impl fmt::Display) -> ConfigError {
    ConfigError::Wrong { name, reason: reason.to_string() }
}

fn parse<T: std::str::FromStr<Err: fmt::Display>>(
    name: &'static str,
    text: Option<String>,
    default: &str,
) -> Result<T, ConfigError> {
    text.as_deref().unwrap_or(default).trim().parse().map_err(|error| wrong(name, error))
}

/// `smtp://`, `smtps://` and what [`crate::talk::post`] makes of them; empty is none.
fn smtp(text: Option<String>) -> Result<Option<Url>, ConfigError> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let name = "CUEPOINT_SMTP_URL";
    let url: Url = parse(name, Some(text), "")?;
    if !matches!(url.scheme(), "smtp" | "smtps") || url.host().is_none() {
        return Err(wrong(name, "must be an smtp or smtps address"));
    }
    Ok(Some(url))
}

/// Bytes, also as `500M` or `10G`.
fn size(name: &'static str, text: Option<String>, default: u64) -> Result<u64, ConfigError> {
    let Some(text) = text else { return Ok(default) };
    let text = text.trim();
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'K' | b'k') => (&text[..text.len() - 1], 10),
        Some(b'M' | b'm') => (&text[..text.len() - 1], 20),
        Some(b'G' | b'g') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    let bytes = digits.parse::<u64>().ok().and_then(|n| n.checked_mul(1 << shift)).filter(|n| (1..1 << 50).contains(n));
    bytes.ok_or_else(|| wrong(name, format!("{text:?} is not a size such as 500M or 10G")))
}

/// Networks by CIDR or single address, separated by commas or blanks.
fn networks(name: &'static str, text: Option<String>) -> Result<Vec<IpNet>, ConfigError> {
    let text = text.unwrap_or_default();
    text.split([',', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| {
            part.parse::<IpNet>()
                .or_else(|_| part.parse::<std::net::IpAddr>().map(IpNet::from))
                .map_err(|_| wrong(name, format!("{part:?} is not a network such as 10.0.0.0/8")))
        })
        .collect()
}

/// As `cuepoint config` prints them: a TOML file, passwords in URLs hidden.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |nets: &[IpNet]| nets.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let text = Text {
            listen: Some(self.listen.to_string()),
            admin_listen: Some(self.admin_listen.to_string()),
            public_url: Some(self.public_url.to_string()),
            database_url: Some(without_password(&self.database_url)),
            media_url: Some(without_password(&self.media_url)),
            egress_allow: Some(list(&self.egress_allow)),
            trusted_proxies: Some(list(&self.trusted_proxies)),
            rate_limits: Some(self.rate_limits.to_string()),
            geo_db: self.geo_db.as_ref().map(|path| path.display().to_string()),
            consent: Some(self.consent.as_str().into()),
            smtp_url: self.smtp_url.as_ref().map(|url| without_password(url.as_str())),
            upload_max: Some(self.upload_max.to_string()),
        };
        f.write_str(&toml::to_string(&text).map_err(|_| fmt::Error)?)
    }
}

fn without_password(text: &str) -> String {
    match Url::parse(text) {
        Ok(mut url) if url.password().is_some() => {
            // A URL with a password has a host, so setting one can't fail.
            let _ = url.set_password(Some("hidden"));
            url.to_string()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::load(vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn everything_has_a_default() {
        let config = load(&[("PATH", "/bin")]).expect("defaults are valid");
        assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(config.link("/video/play/x"), "http://127.0.0.1:3000/video/play/x");
        assert!(config.egress_allow.is_empty());
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let error = load(&[("CUEPOINT_LISTN", "x")]).expect_err("a typo is an error");
        assert_eq!(error.to_string(), "CUEPOINT_LISTN is not a setting");
    }

    #[test]
    fn a_wrong_value_names_its_setting() {
        let error = load(&[("CUEPOINT_EGRESS_ALLOW", "10.0.0.0/8, nonsense")]).expect_err("not a network");
        assert!(error.to_string().starts_with("CUEPOINT_EGRESS_ALLOW: \"nonsense\""));
    }

    #[test]
    fn a_limit_that_can_not_be_read_is_an_error() {
        let error = load(&[("CUEPOINT_RATE_LIMITS", "session=lots")]).expect_err("not a rate").to_string();
        assert!(error.starts_with("CUEPOINT_RATE_LIMITS: session: \"lots\" is not a rate"), "{error}");
        assert_eq!(load(&[("CUEPOINT_RATE_LIMITS", "off")]).expect("none").rate_limits.video, None);
    }

    #[test]
    fn a_size_is_bytes_or_their_thousands() {
        let most = |text: &str| load(&[("CUEPOINT_UPLOAD_MAX", text)]).map(|config| config.upload_max);
        assert_eq!(load(&[]).expect("defaults").upload_max, 10_737_418_240);
        assert_eq!(
            (most("5").expect("bytes"), most("2K").expect("a size"), most(" 3g").expect("a size")),
            (5, 2_048, 3 << 30)
        );
        for wrong in ["", "0", "-1", "1T", "G", "99999999999999G"] {
            assert!(most(wrong).expect_err(wrong).to_string().starts_with("CUEPOINT_UPLOAD_MAX: "), "{wrong}");
        }
    }

    #[test]
    fn a_mail_server_is_named_by_its_address() {
        assert_eq!(load(&[("CUEPOINT_SMTP_URL", " ")]).expect("none").smtp_url, None);
        let config = load(&[("CUEPOINT_SMTP_URL", "smtps://u:secret@mail.example.com")]).expect("valid");
        assert!(config.to_string().contains("smtps://u:hidden@mail.example.com"));
        for wrong in ["mail.example.com", "https://mail.example.com"] {
            let error = load(&[("CUEPOINT_SMTP_URL", wrong)]).expect_err(wrong).to_string();
            assert!(error.starts_with("CUEPOINT_SMTP_URL: "), "{error}");
        }
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cuepoint.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:1\"\nmedia_url = \"file:///m\"\n").expect("a file");
        let path = path.to_str().expect("plain").to_owned();
        let config = load(&[("CUEPOINT_CONFIG", &path), ("CUEPOINT_LISTEN", "127.0.0.1:2")]).expect("valid");
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.media_url, "file:///m");
    }

    #[test]
    fn a_printed_configuration_hides_the_password_and_loads_again() {
        let config = load(&[("CUEPOINT_DATABASE_URL", "postgres://u:secret@h/db")]).expect("valid");
        let text = config.to_string();
        assert!(text.contains("postgres://u:hidden@h/db"), "{text}");
        let again: Text = toml::from_str(&text).expect("it is TOML");
        Config::from_text(again).expect("it is a configuration");
    }

    #[test]
    fn the_data_folder_stands_beside_the_database() {
        let folder = |url| load(&[("CUEPOINT_DATABASE_URL", url)]).expect("valid").data_folder();
        assert_eq!(folder("sqlite://data/cuepoint.db"), PathBuf::from("data"));
        assert_eq!(folder("sqlite:///var/lib/c/c.db?mode=rwc"), PathBuf::from("/var/lib/c"));
        assert_eq!(folder("postgres://h/db"), PathBuf::from("data"), "beside data/media");
    }
}
