// Views of the log archive (reference: views, section 3).
#include "core/catalog/view_text.h"

namespace seabed::catalog {
namespace {

Columns round_columns() {
  return {{"DEST_ID", ""}, {"ROUND_ID", ""}, {"INCARNATION", ""}, {"DEST_NO", ""}, {"STATUS", ""}, {"START_SCN", ""},
          scn_text("START_SCN_DISPLAY", "x.start_scn"), {"CHECKPOINT_SCN", ""},
          scn_text("CHECKPOINT_SCN_DISPLAY", "x.checkpoint_scn"), {"COMPATIBLE", ""}, {"BASE_PIECE_ID", ""},
          {"USED_PIECE_ID", ""}, {"PIECE_SWITCH_INTERVAL", "x.piece_switch_interval_us"}, {"UNIT_SIZE", "1"},
          {"COMPRESSION", "'none'"}, {"INPUT_BYTES", ""}, bytes_text("INPUT_BYTES_DISPLAY", "x.input_bytes"),
          {"OUTPUT_BYTES", ""}, bytes_text("OUTPUT_BYTES_DISPLAY", "x.output_bytes"), {"COMPRESSION_RATIO", "0.00"},
          {"DELETED_INPUT_BYTES", ""}, bytes_text("DELETED_INPUT_BYTES_DISPLAY", "x.deleted_input_bytes"),
          {"DELETED_OUTPUT_BYTES", ""}, bytes_text("DELETED_OUTPUT_BYTES_DISPLAY", "x.deleted_output_bytes")};
}

/// A piece's own row has them from its end on; until then its streams tell.
#define STREAMS_SUM(column)                                                                                    \
  "max(x." column ", coalesce((SELECT sum(p." column ") FROM ls_progress p WHERE p.tenant_id = x.tenant_id AND " \
  "p.dest_id = x.dest_id AND p.round_id = x.round_id AND p.piece_id = x.piece_id), 0))"
constexpr char kPieceInput[] = STREAMS_SUM("input_bytes");
constexpr char kPieceOutput[] = STREAMS_SUM("output_bytes");

Columns piece_columns() {
  return {{"DEST_ID", ""}, {"ROUND_ID", ""}, {"PIECE_ID", ""}, {"INCARNATION", ""}, {"DEST_NO", ""},
          {"CREATE_TIMESTAMP", "x.create_us"}, {"STATUS", ""}, {"START_SCN", ""},
          scn_text("START_SCN_DISPLAY", "x.start_scn"), {"CHECKPOINT_SCN", ""},
          scn_text("CHECKPOINT_SCN_DISPLAY", "x.checkpoint_scn"), {"MAX_SCN", ""}, {"END_SCN", ""},
          scn_text("END_SCN_DISPLAY", "x.end_scn"), {"COMPATIBLE", ""}, {"UNIT_SIZE", "1"}, {"COMPRESSION", "'none'"},
          {"INPUT_BYTES", kPieceInput}, bytes_text("INPUT_BYTES_DISPLAY", kPieceInput), {"OUTPUT_BYTES", kPieceOutput},
          bytes_text("OUTPUT_BYTES_DISPLAY", kPieceOutput), {"COMPRESSION_RATIO", "0.00"}, {"FILE_STATUS", ""},
          {"PATH", ""}};
}

constexpr char kDestValue[] =
    "CASE n.name WHEN 'binding' THEN x.binding WHEN 'dest_id' THEN cast(x.dest_id AS TEXT) WHEN 'path' THEN x.path "
    "WHEN 'piece_switch_interval' THEN CASE WHEN x.piece_switch_interval_us % 86400000000 = 0 "
    "THEN (x.piece_switch_interval_us / 86400000000) || 'd' ELSE (x.piece_switch_interval_us / 1000000) || 's' END "
    "ELSE x.state END";
constexpr char kDestFrom[] =
    "destinations x JOIN (SELECT 'binding' AS name UNION ALL SELECT 'dest_id' UNION ALL SELECT 'path' UNION ALL "
    "SELECT 'piece_switch_interval' UNION ALL SELECT 'state') n WHERE x.kind = 'archive' AND x.is_current = 1";
constexpr char kProgressFrom[] =
    "ls_progress x LEFT JOIN rounds r ON r.tenant_id = x.tenant_id AND r.dest_id = x.dest_id AND r.round_id = "
    "x.round_id WHERE x.piece_id = (SELECT max(y.piece_id) FROM ls_progress y WHERE y.tenant_id = x.tenant_id AND "
    "y.dest_id = x.dest_id AND y.round_id = x.round_id AND y.ls_id = x.ls_id)";
/// Level: archiving, and its checkpoint no older than the lag that the operator allows and 10 s.
constexpr char kSynchronized[] =
    "CASE WHEN r.status = 'DOING' AND r.checkpoint_scn / 1000 + 10000000 + parameter_value('archive_lag_target', "
    "(SELECT p.value FROM parameters p WHERE p.tenant_id = x.tenant_id AND p.name = 'archive_lag_target')) >= now_us() "
    "THEN 'YES' ELSE 'NO' END";
constexpr char kHealthFrom[] =
    "destinations x LEFT JOIN rounds r ON r.tenant_id = x.tenant_id AND r.dest_id = x.dest_id AND r.round_id = "
    "(SELECT max(y.round_id) FROM rounds y WHERE y.tenant_id = x.tenant_id AND y.dest_id = x.dest_id) "
    "WHERE x.kind = 'archive' AND x.is_current = 1 AND scope_tenant() IN (1, x.tenant_id)";

}  // namespace

std::vector<Pair> archive_pairs() {
  return {{"OB_ARCHIVE_DEST", {{"DEST_NO", "0"}, {"NAME", "n.name"}, {"VALUE", kDestValue}}, kDestFrom},
          {"OB_ARCHIVELOG", joined({round_columns(), {{"COMMENT", ""}, {"PATH", ""}}}), WITH_TENANT("rounds")},
          {"OB_ARCHIVELOG_SUMMARY", joined({round_columns(), {{"PATH", ""}, {"COMMENT", ""}}}), WITH_TENANT("rounds")},
          {"OB_ARCHIVELOG_PIECE_FILES", piece_columns(), WITH_TENANT("pieces")},
          {"OB_LS_LOG_ARCHIVE_PROGRESS",
           {{"DEST_ID", ""}, {"LS_ID", ""}, {"ROUND_ID", ""}, {"PIECE_ID", ""}, {"INCARNATION", ""}, {"START_SCN", ""},
            {"CHECKPOINT_SCN", ""}, {"MIN_LSN", ""}, {"MAX_LSN", ""}, {"STATUS", "coalesce(r.status, x.status)"}, {"FILE_ID", ""},
            {"FILE_OFFSET", ""}, {"INPUT_BYTES", ""}, {"OUTPUT_BYTES", ""}},
           kProgressFrom}};
}

std::vector<View> archive_views() {
  return {{"V$OB_ARCHIVE_DEST_STATUS",
           {{"TENANT_ID", ""}, {"DEST_ID", ""}, {"PATH", ""}, {"STATUS", "coalesce(r.status, 'STOP')"},
            {"CHECKPOINT_SCN", "coalesce(r.checkpoint_scn, 0)"}, {"SYNCHRONIZED", kSynchronized},
            {"COMMENT", "coalesce(r.comment, '')"}},
           kHealthFrom}};
}

}  // namespace seabed::catalog
