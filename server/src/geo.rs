//! Where an address is, from a database in the MaxMind format that the operator supplies. It is read whole,
//! and read again when the file has changed; without one nobody is anywhere.

use maxminddb::Reader;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    io,
    net::IpAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::SystemTime,
};

/// A place, as far as the database knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// English, else the code.
    pub country: Option<String>,
    pub region: Option<String>,
    pub city: Option<String>,
}

/// The default is none.
#[derive(Default)]
pub struct Geo {
    path: Option<PathBuf>,
    reader: RwLock<Option<Arc<Reader<Vec<u8>>>>>,
    /// The file as it was read last, readable or not.
    seen: Mutex<Option<Mark>>,
}

/// Tells one state of a file from another.
type Mark = (Option<SystemTime>, u64);

#[derive(Debug, thiserror::Error)]
pub enum GeoError {
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("{path}: {source}")]
    Database { path: PathBuf, source: maxminddb::MaxMindDbError },
}

/// The longest name that is kept, in bytes.
const LONGEST: usize = 100;

impl Geo {
    /// Reads the database, if there is one.
    ///
    /// # Errors
    /// The file can't be read, or is no such database.
    pub async fn open(path: Option<PathBuf>) -> Result<Self, GeoError> {
        let geo = Self { path, reader: RwLock::default(), seen: Mutex::default() };
        geo.read().await?;
        Ok(geo)
    }

    /// Reads the file again if it has changed. What can't be read changes nothing.
    pub async fn refresh(&self) {
        match self.read().await {
            Ok(true) => tracing::info!(path = ?self.path, "the places were read anew"),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the places stay as they are"),
        }
    }

    /// True when there was something new to read.
    async fn read(&self) -> Result<bool, GeoError> {
        let Some(path) = self.path.clone() else { return Ok(false) };
        let failed = |source| GeoError::File { path: path.clone(), source };
        let about = tokio::fs::metadata(&path).await.map_err(failed)?;
        let mark = (about.modified().ok(), about.len());
        if self.seen.lock().unwrap_or_else(PoisonError::into_inner).replace(mark) == Some(mark) {
            return Ok(false);
        }
        let bytes = tokio::fs::read(&path).await.map_err(failed)?;
        let reader = Reader::from_source(bytes).map_err(|source| GeoError::Database { path, source })?;
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(reader));
        Ok(true)
    }

    /// Where the address is; nowhere without a database, or when it does not know.
    pub fn place(&self, ip: IpAddr) -> Place {
        let reader = self.reader.read().unwrap_or_else(PoisonError::into_inner).clone();
        let record = reader.as_ref().and_then(|reader| reader.lookup(ip).ok()?.decode::<Record>().ok()?);
        record.map(Place::from).unwrap_or_default()
    }
}

/// A record in MaxMind's layout (nested, names by language) or in the flat one of sapics/ip-location-db.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Record {
    city: Option<Name>,
    country: Option<Name>,
    country_name: Option<String>,
    country_code: Option<String>,
    subdivisions: Vec<Name>,
    state1: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Name {
    Plain(String),
    Nested {
        #[serde(default)]
        names: BTreeMap<String, String>,
        iso_code: Option<String>,
    },
}

impl Name {
    fn english(self) -> Option<String> {
        match self {
            Name::Plain(text) => Some(text),
            Name::Nested { mut names, iso_code } => names.remove("en").or(iso_code),
        }
    }
}

impl From<Record> for Place {
    fn from(record: Record) -> Self {
        let clean = |text: Option<String>| {
            let text: String = text?.chars().filter(|c| !c.is_control()).collect();
            let text = text.trim();
            (!text.is_empty()).then(|| text[..text.floor_char_boundary(LONGEST)].to_owned())
        };
        let region = record.subdivisions.into_iter().next().and_then(Name::english);
        let country = record.country.and_then(Name::english);
        Self {
            country: clean(country.or(record.country_name)).or(clean(record.country_code)),
            region: clean(region.or(record.state1)),
            city: clean(record.city.and_then(Name::english)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(json: &str) -> (Option<String>, Option<String>, Option<String>) {
        let place = Place::from(serde_json::from_str::<Record>(json).expect("a record"));
        (place.city, place.region, place.country)
    }

    #[test]
    fn both_layouts_are_understood() {
        let text = |text: &str| Some(text.to_owned());
        let nested = r#"{"city":{"geoname_id":1,"names":{"de":"Hjuston","en":"Houston"}},
            "country":{"iso_code":"US","names":{"en":"United States"}},
            "subdivisions":[{"iso_code":"TX","names":{"en":"Texas"}}],"location":{"latitude":1.5}}"#;
        assert_eq!(place(nested), (text("Houston"), text("Texas"), text("United States")));
        let flat = r#"{"city":"Sydney","country_code":"AU","latitude":"-33","state1":"New South Wales"}"#;
        assert_eq!(place(flat), (text("Sydney"), text("New South Wales"), text("AU")));
        assert_eq!(place(r#"{"country":{"iso_code":"DE"}}"#), (None, None, text("DE")));
        assert_eq!(place(r#"{"city":"","country_code":" "}"#), (None, None, None));
    }

    #[tokio::test]
    async fn without_a_database_nobody_is_anywhere() {
        let geo = Geo::open(None).await.expect("nothing to read");
        assert_eq!(geo.place([1, 1, 1, 1].into()), Place::default());
        geo.refresh().await;
        let missing = Geo::open(Some("/nowhere.mmdb".into())).await.err().expect("no such file");
        assert!(missing.to_string().starts_with("/nowhere.mmdb: "));
    }
}
