//! What people paste elsewhere to show a video there: a frame, an element, a picture for a mail. All of it is HTML.

/// A video as snippets tell of it. Addresses are absolute.
pub struct Snippets<'a> {
    pub title: &'a str,
    pub token: &'a str,
    /// Pixels; anything below 1 is taken as 16:9.
    pub size: (u32, u32),
    pub share_url: &'a str,
    pub embed_url: &'a str,
    /// Where the SDK is found.
    pub sdk_url: &'a str,
    /// A picture that moves, else one with a play mark.
    pub picture: &'a str,
}

impl Snippets<'_> {
    fn shape(&self) -> (u32, u32) {
        if self.size.0 == 0 || self.size.1 == 0 { (16, 9) } else { self.size }
    }

    fn frame(&self, size: &str) -> String {
        format!(
            "<iframe src=\"{}\" title=\"{}\" {size} loading=\"lazy\" referrerpolicy=\"strict-origin-when-cross-origin\" \
             allow=\"autoplay; fullscreen; picture-in-picture; encrypted-media; web-share\" allowfullscreen></iframe>",
            self.embed_url,
            attribute(self.title),
        )
    }

    /// A frame as wide as where it stands.
    pub fn fluid(&self) -> String {
        let (width, height) = self.shape();
        self.frame(&format!("style=\"width:100%;aspect-ratio:{width}/{height};border:0\""))
    }

    /// A frame of 640 pixels.
    pub fn fixed(&self) -> String {
        let (width, height) = self.shape();
        let high = (u64::from(height) * 640 / u64::from(width)).max(1);
        self.frame(&format!("width=\"640\" height=\"{high}\" style=\"border:0\""))
    }

    /// The element of the SDK.
    pub fn element(&self) -> String {
        let (width, height) = self.shape();
        format!(
            "<script type=\"module\" src=\"{}\"></script>\n<cuepoint-player token=\"{}\" \
             style=\"aspect-ratio:{width}/{height}\"></cuepoint-player>",
            self.sdk_url, self.token
        )
    }

    /// For a mail, which shows no player: a picture that leads to the page. `play` says what happens there.
    pub fn mail(&self, play: &str) -> String {
        let (width, height) = self.shape();
        let wide = 320.min(320 * u64::from(width) / u64::from(height)).max(1);
        format!(
            "<a href=\"{}\"><img src=\"{}\" alt=\"{play}: {}\" width=\"{wide}\" height=\"{}\" style=\"border:0\"></a>",
            self.share_url,
            self.picture,
            attribute(self.title),
            (wide * u64::from(height) / u64::from(width)).max(1),
        )
    }
}

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snippets(size: (u32, u32)) -> Snippets<'static> {
        let (share_url, embed_url) = ("https://v.example.com/video/play/t", "https://v.example.com/video/embed/t");
        let (sdk_url, picture) = ("https://v.example.com/sdk/player.js", "https://v.example.com/previews/t.gif");
        Snippets { title: "A \"<b>\" & c", token: "t", size, share_url, embed_url, sdk_url, picture }
    }

    #[test]
    fn a_mail_has_a_picture_that_leads_to_the_page() {
        assert_eq!(
            snippets((1080, 1920)).mail("Play video"),
            "<a href=\"https://v.example.com/video/play/t\"><img src=\"https://v.example.com/previews/t.gif\" \
             alt=\"Play video: A &quot;&lt;b>&quot; &amp; c\" width=\"180\" height=\"320\" style=\"border:0\"></a>"
        );
    }

    #[test]
    fn a_video_whose_sides_are_not_known_yet_is_wide() {
        let unknown = snippets((0, 0));
        assert!(unknown.fluid().contains("aspect-ratio:16/9") && unknown.element().contains("aspect-ratio:16/9"));
        assert!(unknown.fixed().contains("width=\"640\" height=\"360\""), "{}", unknown.fixed());
    }
}
