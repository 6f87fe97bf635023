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
static const unsigned char web_actions_js[] = {
#embed "../../Web/actions.js"
};
static const unsigned char web_adding_js[] = {
#embed "../../Web/adding.js"
};
static const unsigned char web_api_js[] = {
#embed "../../Web/api.js"
};
static const unsigned char web_app_js[] = {
#embed "../../Web/app.js"
};
static const unsigned char web_app_webmanifest[] = {
#embed "../../Web/app.webmanifest"
};
static const unsigned char web_badge_js[] = {
#embed "../../Web/badge.js"
};
static const unsigned char web_completion_js[] = {
#embed "../../Web/completion.js"
};
static const unsigned char web_composer_js[] = {
#embed "../../Web/composer.js"
};
static const unsigned char web_connection_js[] = {
#embed "../../Web/connection.js"
};
static const unsigned char web_conversation_js[] = {
#embed "../../Web/conversation.js"
};
static const unsigned char web_dialog_js[] = {
#embed "../../Web/dialog.js"
};
static const unsigned char web_door_js[] = {
#embed "../../Web/door.js"
};
static const unsigned char web_entrance_js[] = {
#embed "../../Web/entrance.js"
};
static const unsigned char web_h_js[] = {
#embed "../../Web/h.js"
};
static const unsigned char web_head_js[] = {
#embed "../../Web/head.js"
};
static const unsigned char web_history_js[] = {
#embed "../../Web/history.js"
};
static const unsigned char web_icon_svg[] = {
#embed "../../Web/icon.svg"
};
static const unsigned char web_index_html[] = {
#embed "../../Web/index.html"
};
static const unsigned char web_kept_js[] = {
#embed "../../Web/kept.js"
};
static const unsigned char web_keys_js[] = {
#embed "../../Web/keys.js"
};
static const unsigned char web_main_js[] = {
#embed "../../Web/main.js"
};
static const unsigned char web_markdown_js[] = {
#embed "../../Web/markdown.js"
};
static const unsigned char web_members_js[] = {
#embed "../../Web/members.js"
};
static const unsigned char web_menu_js[] = {
#embed "../../Web/menu.js"
};
static const unsigned char web_message_js[] = {
#embed "../../Web/message.js"
};
static const unsigned char web_people_js[] = {
#embed "../../Web/people.js"
};
static const unsigned char web_quotes_js[] = {
#embed "../../Web/quotes.js"
};
static const unsigned char web_rail_js[] = {
#embed "../../Web/rail.js"
};
static const unsigned char web_reader_js[] = {
#embed "../../Web/reader.js"
};
static const unsigned char web_receipts_js[] = {
#embed "../../Web/receipts.js"
};
static const unsigned char web_rows_js[] = {
#embed "../../Web/rows.js"
};
static const unsigned char web_scroller_js[] = {
#embed "../../Web/scroller.js"
};
static const unsigned char web_search_js[] = {
#embed "../../Web/search.js"
};
static const unsigned char web_settings_js[] = {
#embed "../../Web/settings.js"
};
static const unsigned char web_strings_en_js[] = {
#embed "../../Web/strings/en.js"
};
static const unsigned char web_strings_zh_hant_js[] = {
#embed "../../Web/strings/zh-Hant.js"
};
static const unsigned char web_styles_base_css[] = {
#embed "../../Web/styles/base.css"
};
static const unsigned char web_styles_composer_css[] = {
#embed "../../Web/styles/composer.css"
};
static const unsigned char web_styles_dialogs_css[] = {
#embed "../../Web/styles/dialogs.css"
};
static const unsigned char web_styles_door_css[] = {
#embed "../../Web/styles/door.css"
};
static const unsigned char web_styles_frame_css[] = {
#embed "../../Web/styles/frame.css"
};
static const unsigned char web_styles_messages_css[] = {
#embed "../../Web/styles/messages.css"
};
static const unsigned char web_text_js[] = {
#embed "../../Web/text.js"
};
static const unsigned char web_theme_js[] = {
#embed "../../Web/theme.js"
};
static const unsigned char web_ticks_js[] = {
#embed "../../Web/ticks.js"
};
static const unsigned char web_times_js[] = {
#embed "../../Web/times.js"
};
static const unsigned char web_top_js[] = {
#embed "../../Web/top.js"
};
static const unsigned char web_typing_js[] = {
#embed "../../Web/typing.js"
};
static const unsigned char web_unread_js[] = {
#embed "../../Web/unread.js"
};
static const unsigned char web_words_js[] = {
#embed "../../Web/words.js"
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
    ROW("Clients/browser/src/sequencer.js", sdk_sequencer_js),
    ROW("Clients/browser/src/session.js", sdk_session_js),
    ROW("Clients/browser/src/state.js", sdk_state_js),
    ROW("Clients/browser/src/store.js", sdk_store_js),
    ROW("Clients/browser/src/tabs.js", sdk_tabs_js),
    ROW("Clients/browser/src/transports.js", sdk_transports_js),
    ROW("Web/actions.js", web_actions_js),
    ROW("Web/adding.js", web_adding_js),
    ROW("Web/api.js", web_api_js),
    ROW("Web/app.js", web_app_js),
    ROW("Web/app.webmanifest", web_app_webmanifest),
    ROW("Web/badge.js", web_badge_js),
    ROW("Web/completion.js", web_completion_js),
    ROW("Web/composer.js", web_composer_js),
    ROW("Web/connection.js", web_connection_js),
    ROW("Web/conversation.js", web_conversation_js),
    ROW("Web/dialog.js", web_dialog_js),
    ROW("Web/door.js", web_door_js),
    ROW("Web/entrance.js", web_entrance_js),
    ROW("Web/h.js", web_h_js),
    ROW("Web/head.js", web_head_js),
    ROW("Web/history.js", web_history_js),
    ROW("Web/icon.svg", web_icon_svg),
    ROW("Web/index.html", web_index_html),
    ROW("Web/kept.js", web_kept_js),
    ROW("Web/keys.js", web_keys_js),
    ROW("Web/main.js", web_main_js),
    ROW("Web/markdown.js", web_markdown_js),
    ROW("Web/members.js", web_members_js),
    ROW("Web/menu.js", web_menu_js),
    ROW("Web/message.js", web_message_js),
    ROW("Web/people.js", web_people_js),
    ROW("Web/quotes.js", web_quotes_js),
    ROW("Web/rail.js", web_rail_js),
    ROW("Web/reader.js", web_reader_js),
    ROW("Web/receipts.js", web_receipts_js),
    ROW("Web/rows.js", web_rows_js),
    ROW("Web/scroller.js", web_scroller_js),
    ROW("Web/search.js", web_search_js),
    ROW("Web/settings.js", web_settings_js),
    ROW("Web/strings/en.js", web_strings_en_js),
    ROW("Web/strings/zh-Hant.js", web_strings_zh_hant_js),
    ROW("Web/styles/base.css", web_styles_base_css),
    ROW("Web/styles/composer.css", web_styles_composer_css),
    ROW("Web/styles/dialogs.css", web_styles_dialogs_css),
    ROW("Web/styles/door.css", web_styles_door_css),
    ROW("Web/styles/frame.css", web_styles_frame_css),
    ROW("Web/styles/messages.css", web_styles_messages_css),
    ROW("Web/text.js", web_text_js),
    ROW("Web/theme.js", web_theme_js),
    ROW("Web/ticks.js", web_ticks_js),
    ROW("Web/times.js", web_times_js),
    ROW("Web/top.js", web_top_js),
    ROW("Web/typing.js", web_typing_js),
    ROW("Web/unread.js", web_unread_js),
    ROW("Web/words.js", web_words_js),
};

const struct apus_web_file *apus_web_files(size_t *count) {
    *count = sizeof files / sizeof *files;
    return files;
}
