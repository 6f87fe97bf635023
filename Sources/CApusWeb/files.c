#include "CApusWeb.h"

// clang says that `#embed` is of C23.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char sdk_apus_js[] = {
#embed "../../Clients/browser/src/apus.js"
};
static const unsigned char sdk_attempt_js[] = {
#embed "../../Clients/browser/src/attempt.js"
};
static const unsigned char sdk_chat_js[] = {
#embed "../../Clients/browser/src/chat.js"
};
static const unsigned char sdk_clock_js[] = {
#embed "../../Clients/browser/src/clock.js"
};
static const unsigned char sdk_connection_js[] = {
#embed "../../Clients/browser/src/connection.js"
};
static const unsigned char sdk_ends_js[] = {
#embed "../../Clients/browser/src/ends.js"
};
static const unsigned char sdk_http_js[] = {
#embed "../../Clients/browser/src/http.js"
};
static const unsigned char sdk_id_js[] = {
#embed "../../Clients/browser/src/id.js"
};
static const unsigned char sdk_ladder_js[] = {
#embed "../../Clients/browser/src/ladder.js"
};
static const unsigned char sdk_live_js[] = {
#embed "../../Clients/browser/src/live.js"
};
static const unsigned char sdk_numbers_js[] = {
#embed "../../Clients/browser/src/numbers.js"
};
static const unsigned char sdk_outbox_js[] = {
#embed "../../Clients/browser/src/outbox.js"
};
static const unsigned char sdk_page_js[] = {
#embed "../../Clients/browser/src/page.js"
};
static const unsigned char sdk_race_js[] = {
#embed "../../Clients/browser/src/race.js"
};
static const unsigned char sdk_record_js[] = {
#embed "../../Clients/browser/src/record.js"
};
static const unsigned char sdk_sentence_js[] = {
#embed "../../Clients/browser/src/sentence.js"
};
static const unsigned char sdk_sequencer_js[] = {
#embed "../../Clients/browser/src/sequencer.js"
};
static const unsigned char sdk_session_js[] = {
#embed "../../Clients/browser/src/session.js"
};
static const unsigned char sdk_state_js[] = {
#embed "../../Clients/browser/src/state.js"
};
static const unsigned char sdk_store_js[] = {
#embed "../../Clients/browser/src/store.js"
};
static const unsigned char sdk_tabs_js[] = {
#embed "../../Clients/browser/src/tabs.js"
};
static const unsigned char sdk_transports_js[] = {
#embed "../../Clients/browser/src/transports.js"
};
static const unsigned char web_app_webmanifest[] = {
#embed "../../Web/app.webmanifest"
};
static const unsigned char web_icon_svg[] = {
#embed "../../Web/icon.svg"
};
static const unsigned char web_index_html[] = {
#embed "../../Web/index.html"
};
static const unsigned char web_main_js[] = {
#embed "../../Web/main.js"
};
static const unsigned char web_style_css[] = {
#embed "../../Web/style.css"
};
static const unsigned char web_theme_js[] = {
#embed "../../Web/theme.js"
};

#define ROW(path, bytes) {path, bytes, sizeof bytes}

static const struct apus_web_file files[] = {
    ROW("Clients/browser/src/apus.js", sdk_apus_js),
    ROW("Clients/browser/src/attempt.js", sdk_attempt_js),
    ROW("Clients/browser/src/chat.js", sdk_chat_js),
    ROW("Clients/browser/src/clock.js", sdk_clock_js),
    ROW("Clients/browser/src/connection.js", sdk_connection_js),
    ROW("Clients/browser/src/ends.js", sdk_ends_js),
    ROW("Clients/browser/src/http.js", sdk_http_js),
    ROW("Clients/browser/src/id.js", sdk_id_js),
    ROW("Clients/browser/src/ladder.js", sdk_ladder_js),
    ROW("Clients/browser/src/live.js", sdk_live_js),
    ROW("Clients/browser/src/numbers.js", sdk_numbers_js),
    ROW("Clients/browser/src/outbox.js", sdk_outbox_js),
    ROW("Clients/browser/src/page.js", sdk_page_js),
    ROW("Clients/browser/src/race.js", sdk_race_js),
    ROW("Clients/browser/src/record.js", sdk_record_js),
    ROW("Clients/browser/src/sentence.js", sdk_sentence_js),
    ROW("Clients/browser/src/sequencer.js", sdk_sequencer_js),
    ROW("Clients/browser/src/session.js", sdk_session_js),
    ROW("Clients/browser/src/state.js", sdk_state_js),
    ROW("Clients/browser/src/store.js", sdk_store_js),
    ROW("Clients/browser/src/tabs.js", sdk_tabs_js),
    ROW("Clients/browser/src/transports.js", sdk_transports_js),
    ROW("Web/app.webmanifest", web_app_webmanifest),
    ROW("Web/icon.svg", web_icon_svg),
    ROW("Web/index.html", web_index_html),
    ROW("Web/main.js", web_main_js),
    ROW("Web/style.css", web_style_css),
    ROW("Web/theme.js", web_theme_js),
};

const struct apus_web_file *apus_web_files(size_t *count) {
    *count = sizeof files / sizeof *files;
    return files;
}
