//! The script that every player page starts with: it waits until the video has its first frame (or someone
//! acts), and only then fetches the wasm, so that script never delays the picture. Until the wasm has
//! arrived it serves [`super::first`].

use crate::page::{Assets, inline};
use std::sync::LazyLock;

static SCRIPT: LazyLock<String> = LazyLock::new(|| inline::script(include_str!("boot.js")));

/// The script for these assets; none when the site was not built.
pub fn script(assets: &Assets) -> Option<String> {
    let (script, wasm) = (assets.script.as_ref()?, assets.wasm.as_ref()?);
    let chunks = assets.chunks.as_deref().unwrap_or_default();
    Some(format!("{}({script:?},{wasm:?},{chunks:?})", *SCRIPT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_built_site_there_is_no_script() {
        assert_eq!(script(&Assets::default()), None);
    }

    #[test]
    fn the_script_can_not_end_its_element_early() {
        let assets = Assets {
            script: Some("/pkg/cuepoint.abc.js".into()),
            wasm: Some("/pkg/cuepoint.abc.wasm".into()),
            ..Assets::default()
        };
        let text = script(&assets).expect("built");
        assert!(text.contains("\"/pkg/cuepoint.abc.wasm\"") && !text.contains("</"));
        assert!(text.len() < 3_000, "{}", text.len());
    }
}
