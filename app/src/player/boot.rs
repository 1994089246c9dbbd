//! The few lines of script that every player page starts with: they wait until the video has its
//! first frame (or someone acts), and only then fetch the wasm, so that script never delays the picture.

use crate::page::Assets;

/// When nothing else happens, the player becomes interactive after this many milliseconds.
const PATIENCE_MS: u32 = 3_000;

/// The script for these assets; none when the site was not built.
///
/// It leaves `window.__cue = {p, m, i}`: the page's milliseconds and the position at the first playback,
/// since a video may play long before the wasm arrives; the parent's messages until someone takes them;
/// and `import`, which only a script has. A page that streams (`data-stream`) has nothing to wait for.
pub fn script(assets: &Assets) -> Option<String> {
    let (script, wasm) = (assets.script.as_ref()?, assets.wasm.as_ref()?);
    let chunks = assets.chunks.as_ref().map(|src| format!("import({src:?});")).unwrap_or_default();
    Some(format!(
        "(()=>{{const d=document,w=window,q=w.__cue={{m:[],i:u=>import(u)}};d.documentElement.classList.add('js');let f=0;\
         const go=()=>{{if(f++)return;{chunks}\
         const b=fetch({wasm:?},{{credentials:'same-origin'}});\
         import({script:?}).then(async m=>{{await m.default({{module_or_path:b}});m.start()}})}};\
         for(const e of['loadeddata','error'])d.addEventListener(e,x=>x.target.tagName==='VIDEO'&&go(),true);\
         for(const e of['pointerdown','keydown'])w.addEventListener(e,go,{{capture:true,passive:true}});\
         d.addEventListener('click',e=>e.target.closest('.first')&&d.querySelector('video').play().catch(()=>{{}}));\
         d.addEventListener('playing',e=>{{q.p??=[performance.now(),e.target.currentTime];d.querySelector('.first')?.remove()}},true);\
         w.addEventListener('message',e=>{{const x=e.data;\
         if(q.m&&e.source===w.parent&&/player\\.js|cuepoint/.test(x&&x.context||x)){{q.m.push(e);go();\
         if(x.play)d.querySelector('video')?.play().catch(()=>{{}})}}}});\
         d.addEventListener('DOMContentLoaded',()=>d.querySelector('[data-stream]')&&go());\
         setTimeout(go,{PATIENCE_MS})}})()"
    ))
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
    }
}
