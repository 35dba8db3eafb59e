//! The practitioner's page.

use super::{NINE, peer};

#[tokio::test]
async fn the_page_shows_a_week_and_works_without_script() {
    let peer = peer().await;
    peer.book(NINE).await.unwrap();
    let page = peer.get("/?agenda=101&semaine=2026-03-04").await;
    assert_eq!(page.status, 200);
    for expected in
        ["lang=\"fr\"", "Dr Camille Martin", "mardi 2026-03-03", "09:00 – 09:15", "Bernard Lucie", "Semaine du"]
    {
        assert!(page.text.contains(expected), "{expected}\n{}", page.text);
    }
    assert!(!page.text.contains("<script"));
    assert!(peer.get("/?agenda=102&semaine=2026-03-04").await.text.contains("Rien cette semaine."));
    assert_eq!(peer.get("/?agenda=1").await.status, 422);
}

#[tokio::test]
async fn forms_block_move_and_delete_in_the_same_state() {
    let peer = peer().await;
    let post = |path: &'static str, form: String| {
        let client = &peer.client;
        async move { client.send_text("POST", path, &form).await.unwrap() }
    };
    let block = "agenda=101&debut=2026-03-03T09%3A00&fin=2026-03-03T10%3A00&motif=%3Cb%3ER%C3%A9union";
    let answer = post("/page/block", block.to_owned()).await;
    assert_eq!(answer.status, 303);
    assert!(answer.head.contains("location: /?agenda=101&semaine=2026-03-03"), "{}", answer.head);
    assert_eq!(peer.book(NINE).await.unwrap().status, 409, "it takes the time");
    let page = peer.get("/?agenda=101&semaine=2026-03-03").await;
    assert!(page.text.contains("&lt;b&gt;Réunion"), "{}", page.text);
    let id = peer.server.entries()[0].id;
    let moved = post("/page/move", format!("agenda=101&id={id}&debut=2026-03-03T11%3A00")).await;
    assert_eq!(moved.status, 303);
    assert_eq!(peer.book(NINE).await.unwrap().status, 201);
    assert_eq!(post("/page/cancel", format!("id={id}")).await.status, 303);
    assert_eq!(post("/page/cancel", format!("id={id}")).await.status, 422, "it is gone");
    assert_eq!(post("/page/block", "agenda=101&debut=hier&fin=demain".to_owned()).await.status, 422);
    let reversed = "agenda=101&debut=2026-03-03T10%3A00&fin=2026-03-03T09%3A00".to_owned();
    assert_eq!(post("/page/block", reversed).await.status, 422);
}
