//! What past viewers have said about the tour: comments with replies, and reactions along the video.

use crate::store::{
    self, Tx,
    comments::{self, Comment, SHOWN},
    reactions::{self, Reaction},
    talks,
    videos::Video,
};
use app::talk::reactions::Kind;
use uuid::Uuid;

/// When it was said (hours before the demo came), by whom, at which second of the video, what; a reply
/// answers the comment above it.
struct Said(i64, &'static str, Option<i64>, &'static str, bool);

const SAID: [Said; 15] = [
    Said(
        190,
        "Priya Raman",
        Some(3),
        "Sent this to our onboarding team before it had even finished loading on my phone.",
        false,
    ),
    Said(188, "Jonas Weber", None, "Same here. It started on the train, in a tunnel, more or less.", true),
    Said(171, "Mei Tanaka", Some(9), "No spinner, no cookie banner, just the video. More of this please.", false),
    Said(
        150,
        "Carlos Ibáñez",
        Some(21),
        "The button appears exactly when she mentions the demo. I have wanted this in every product video we make.",
        false,
    ),
    Said(149, "Amélie Laurent", None, "And it works with the keyboard. I tried: Tab, Enter, done.", true),
    Said(148, "Carlos Ibáñez", None, "Good point, our accessibility people will be happy.", true),
    Said(120, "Sam Okafor", Some(31), "Is the retention curve per second or per chapter?", false),
    Said(118, "Priya Raman", None, "Per second, as far as I can see in the report.", true),
    Said(
        96,
        "Lena Fischer",
        Some(40),
        "We put a poll at this kind of moment in our safety training. Completion went up noticeably.",
        false,
    ),
    Said(
        70,
        "David Cohen",
        Some(52),
        "How are the webhooks signed? I found the answer: https://www.standardwebhooks.com",
        false,
    ),
    Said(44, "Nour El-Sayed", Some(61), "يعمل الوصف والشرح بالعربية أيضًا، شكرًا لكم.", false),
    Said(26, "Grace Mwangi", Some(68), "Played it at double speed and every caption still kept up.", false),
    Said(25, "Tom Becker", None, "Press ? for all the keys. There are a few good ones.", true),
    Said(7, "Ines Duarte", None, "Self-hosted and it looks like this. Deploying it on Monday.", false),
    Said(2, "Oliver Grant", Some(77), "The last ten seconds sold it for me.", false),
];

/// Each kind, and the seconds at which it was chosen.
const REACTED: [(Kind, &[i64]); 6] = [
    (Kind::Like, &[12, 13, 16, 21, 22, 22, 31, 40, 41, 53, 62, 68, 77, 78, 78, 79]),
    (Kind::Love, &[14, 22, 23, 41, 69, 77, 78, 79, 80]),
    (Kind::Laugh, &[25, 46, 47]),
    (Kind::Wow, &[20, 21, 21, 33, 54, 55]),
    (Kind::Idea, &[32, 33, 40, 41, 54, 63]),
    (Kind::Fire, &[22, 23, 55, 77, 78, 79, 80]),
];

const HOUR_MS: i64 = 3_600_000;

/// Brings the talk where nothing has been said yet.
pub async fn seed(tx: &mut Tx, video: &Video, now: i64) -> store::Result<()> {
    let of = (video.account_id, video.id);
    if talks::head(tx.conn(), of.0, of.1).await? > 0 {
        return Ok(());
    }
    let mut thread = None;
    for Said(hours, author, second, text, replies) in SAID {
        let id = Uuid::now_v7();
        if !replies {
            thread = Some(id);
        }
        let comment = Comment {
            account_id: of.0,
            video_id: of.1,
            id,
            parent_id: thread.filter(|_| replies),
            // Nobody who comes is any of them.
            viewer_id: Uuid::now_v7(),
            author: author.into(),
            email: None,
            verified: matches!(author, "Priya Raman" | "David Cohen"),
            body: text.into(),
            at_ms: second.map(|s| s * 1_000),
            state: SHOWN.into(),
            seq: talks::next(tx.conn(), of.0, of.1).await?,
            created_at: now - hours * HOUR_MS,
            edited_at: None,
        };
        comments::insert(tx.conn(), &comment).await?;
    }
    for (kind, seconds) in REACTED {
        for second in seconds {
            let reaction = Reaction {
                account_id: of.0,
                video_id: of.1,
                id: Uuid::now_v7(),
                viewer_id: Uuid::now_v7(),
                kind: kind.name().into(),
                at_ms: Some(second * 1_000),
                seq: talks::next(tx.conn(), of.0, of.1).await?,
                created_at: now - second * HOUR_MS,
            };
            let slot = reactions::slot(reaction.at_ms, video.duration_ms.unwrap_or(0));
            reactions::insert(tx.conn(), &reaction, slot).await?;
        }
    }
    Ok(())
}
