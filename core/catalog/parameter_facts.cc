#include "core/catalog/parameter_facts.h"

namespace seabed::catalog {
namespace {

constexpr ParameterFacts kFacts[] = {
    {"archive_lag_target", "LOG ARCHIVE", "archiver: log is shipped when it is that old, or fills a file", ""},
    {"log_archive_concurrency", "LOG ARCHIVE", "", "every log stream has a thread of its own"},
    {"dump_data_dictionary_to_log_interval", "LOG ARCHIVE", "archiver: fold of log stream 1 into schema_meta", ""},
    {"ha_low_thread_score", "BACKUP", "backup: threads that copy data, in place of [limits] backup_threads", ""},
    {"backup_data_file_size", "BACKUP", "backup: a data file ends when it is that large", ""},
    {"backup_compression", "BACKUP", "backup: zstd of the ends of data files (metadata) or of all pages; archiver: of log groups (zstd)", ""},
    {"tde_method", "BACKUP", "backup and archiver: encryption under the tenant's keys", ""},
    {"external_kms_info", "BACKUP", "", "keys are kept in the catalog and by BACKUP KEY"},
    {"_backup_idle_time", "BACKUP", "", "jobs begin when they are submitted; nothing polls"},
    {"_backup_task_keep_alive_timeout", "BACKUP", "", "tasks run in the agent's own threads and end with it"},
    {"ha_high_thread_score", "RESTORE", "", "RESTORE's own concurrency says it"},
    {"ha_mid_thread_score", "RESTORE", "", "there are no replicas to migrate"},
    {"log_restore_concurrency", "RESTORE", "", "RESTORE's own concurrency says it"},
    {"_restore_idle_time", "RESTORE", "", "restores begin when they are submitted"},
    {"recover_table_concurrency", "RESTORE", "table restore: SQL tables loaded at a time; 0: two", ""},
    {"recover_table_dop", "RESTORE", "table restore: connections that load one SQL table; 0: one", ""},
    {"ddl_thread_score", "RESTORE", "", "the target builds its indexes itself"},
    {"undo_retention", "RESTORE", "", "a staged tenant has no row versions that expire"},
    {"_auto_drop_recovering_auxiliary_tenant", "RESTORE",
     "table restore: False keeps its auxiliary tenant at its end and at the agent's start", ""},
    {"standby_poll_interval", "STANDBY", "standby: how often its log source is looked at", ""},
    {"log_transport_compress_all", "STANDBY", "", "log travels as it lies on the medium"},
    {"log_transport_compress_func", "STANDBY", "", "log travels as it lies on the medium"},
    {"standby_db_fetch_log_rpc_timeout", "STANDBY", "", "log comes from a destination; [limits] request_deadline_ms holds"},
    {"standby_db_preferred_upstream_log_region", "STANDBY", "", "log comes from a destination"},
    {"standby_fetch_log_bandwidth_limit", "STANDBY",
     "standbys: bytes of log a second that all of this agent's fetch together; 0: no limit", ""},
    {"ob_storage_s3_url_encode_type", "STORAGE", "", "the S3 driver encodes as RFC 3986 in both cases"},
};

}  // namespace

const ParameterFacts* parameter_facts(std::string_view name) {
  for (const ParameterFacts& facts : kFacts)
    if (name == facts.name) return &facts;
  return nullptr;
}

}  // namespace seabed::catalog
