//! What `cuepoint add` is told.

use super::AddError;
use crate::{demo, media::prepare::Wish};
use app::film::{Sound, Track};
use clap::{ArgAction, ArgMatches, Args, FromArgMatches as _};
use std::path::PathBuf;

/// The command's arguments.
#[derive(Args, Debug)]
pub struct Add {
    /// A video in any common format.
    pub(super) file: PathBuf,
    /// Its title; the file's name when left out.
    #[arg(long)]
    title: Option<String>,
    /// Captions (WebVTT) in a language, such as en=tour.vtt or en=English=tour.vtt; may be repeated.
    #[arg(long, value_name = "LANG=FILE")]
    captions: Vec<String>,
    /// Chapters (WebVTT).
    #[arg(long, value_name = "FILE")]
    chapters: Option<PathBuf>,
    /// The same pictures with other sound, such as de=Deutsch=tour-de.mp4; may be repeated.
    #[arg(long, value_name = "LANG=LABEL=FILE")]
    sound: Vec<String>,
    /// The sound named just before describes what is seen.
    #[arg(long, action = ArgAction::Append, num_args = 0, default_missing_value = "true")]
    described: Vec<bool>,
    /// Make a stream of several sizes, even if the plain file starts fast enough.
    #[arg(long)]
    stream: bool,
    /// Whose video it is.
    #[arg(long, value_name = "EMAIL", default_value = demo::EMAIL)]
    pub(super) account: String,
    /// Its public name: 22 or 43 characters of A-Z a-z 0-9 _ -; a random one when left out.
    #[arg(long)]
    pub(super) token: Option<String>,
    /// For each sound, whether it describes what is seen.
    #[arg(skip)]
    describes: Vec<bool>,
}

impl Add {
    /// The arguments, with each `--described` given to the `--sound` before it.
    ///
    /// # Errors
    /// As clap's, and for a `--described` without a sound before it.
    pub fn read(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut add = Self::from_arg_matches(matches)?;
        let places = |name| matches.indices_of(name).map(Iterator::collect::<Vec<usize>>).unwrap_or_default();
        let (sounds, marks) = (places("sound"), places("described"));
        add.describes = vec![false; sounds.len()];
        for mark in marks.into_iter().take(add.described.len()) {
            match sounds.iter().rposition(|sound| *sound < mark) {
                Some(sound) => add.describes[sound] = true,
                None => {
                    let says = "--described follows the --sound that it is about\n";
                    return Err(clap::Error::raw(clap::error::ErrorKind::MissingRequiredArgument, says));
                }
            }
        }
        Ok(add)
    }

    pub(super) fn title(&self) -> String {
        let stem = || self.file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        self.title.clone().or_else(stem).unwrap_or_default()
    }

    /// What is to go with the file.
    pub(super) fn wish(&self) -> Result<Wish, AddError> {
        let wrong = |text: &str, form: &str| AddError::Argument(format!("{text}: must have the form {form}"));
        let captions = self.captions.iter().map(|text| {
            let (lang, rest) = text.split_once('=').ok_or_else(|| wrong(text, "LANG=FILE"))?;
            let (label, src) = rest.split_once('=').unwrap_or((lang, rest));
            Ok(Track { src: src.into(), lang: lang.into(), label: named(lang, label) })
        });
        let sounds = self.sound.iter().zip(&self.describes).map(|(text, described)| {
            let parts = text.split_once('=').and_then(|(lang, rest)| Some((lang, rest.split_once('=')?)));
            let (lang, (label, src)) = parts.ok_or_else(|| wrong(text, "LANG=LABEL=FILE"))?;
            Ok(Sound { src: src.into(), lang: lang.into(), label: label.into(), described: *described })
        });
        Ok(Wish {
            captions: captions.collect::<Result<_, AddError>>()?,
            sounds: sounds.collect::<Result<_, AddError>>()?,
            chapters: self.chapters.clone(),
            stream: self.stream,
        })
    }
}

/// What viewers read as the name of a language that came without one.
fn named(lang: &str, label: &str) -> String {
    let known = match label.split('-').next().unwrap_or_default() {
        _ if label != lang => label,
        "de" => "Deutsch",
        "en" => "English",
        "es" => "Español",
        "fr" => "Français",
        "it" => "Italiano",
        "ja" => "日本語",
        "nl" => "Nederlands",
        "pt" => "Português",
        "zh" => "中文",
        _ => label,
    };
    known.to_owned()
}
