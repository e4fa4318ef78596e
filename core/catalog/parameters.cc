#include "core/catalog/parameters.h"

#include <charconv>
#include <cstdlib>

#include "core/catalog/sql.h"

namespace seabed::catalog {
namespace {

using Type = ParameterSpec::Type;
constexpr uint64_t kSecond = 1'000'000, kMega = 1ull << 20, kGiga = 1ull << 30;
constexpr uint64_t kYears = 100ull * 365 * 86'400 * kSecond;

/// Tests roll data files over without writing gigabytes: SEABED_TEST_DATA_FILE_FLOOR (bytes) lowers the
/// smallest backup_data_file_size.
uint64_t data_file_floor() {
  const char* text = std::getenv("SEABED_TEST_DATA_FILE_FLOOR");
  uint64_t floor = text ? std::strtoull(text, nullptr, 10) : 0;
  return floor ? floor : 512 * kMega;
}

struct Unit {
  const char* suffix;
  uint64_t factor;
};

std::optional<uint64_t> factor_of(Type type, std::string_view suffix) {
  static constexpr Unit kTimes[] = {{"us", 1},           {"ms", 1000},          {"s", kSecond},
                                    {"m", 60 * kSecond}, {"h", 3600 * kSecond}, {"d", 86'400 * kSecond},
                                    {"", kSecond}};
  static constexpr Unit kSizes[] = {{"", kMega},  {"B", 1},      {"K", 1024},  {"KB", 1024},
                                    {"M", kMega}, {"MB", kMega}, {"G", kGiga}, {"GB", kGiga}};
  if (type == Type::kInteger) return suffix.empty() ? std::optional<uint64_t>(1) : std::nullopt;
  std::string upper(suffix);
  if (type == Type::kSize)
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
  if (type == Type::kTime) {
    for (const Unit& u : kTimes)
      if (upper == u.suffix) return u.factor;
  } else {
    for (const Unit& u : kSizes)
      if (upper == u.suffix) return u.factor;
  }
  return std::nullopt;
}

std::string range_text(const ParameterSpec& spec) {
  auto show = [&](uint64_t v) {
    if (spec.type == Type::kTime)
      return v % kSecond ? std::to_string(v / 1000) + "ms" : std::to_string(v / kSecond) + "s";
    if (spec.type == Type::kSize)
      return v % kMega ? std::to_string(v) + "B" : std::to_string(v / kMega) + "M";
    return std::to_string(v);
  };
  return "[" + show(spec.min) + ", " + show(spec.max) + "]";
}

bool is_choice(std::string_view choices, std::string_view text) {
  return !text.empty() && text.find('|') == text.npos &&
         ("|" + std::string(choices) + "|").find("|" + std::string(text) + "|") != std::string::npos;
}

tl::unexpected<Error> bad_value(const ParameterSpec& spec, const std::string& text) {
  const char* units = spec.type == Type::kTime   ? ", units ms, s, m, h, d"
                      : spec.type == Type::kSize ? ", units K, M, G"
                                                 : "";
  const std::string shown = spec.secret ? "what was given" : "'" + text + "'";
  return fail(Code::kInvalidArgument, std::string("parameter ") + spec.name, shown + " is not a value of it", "give a value in " + range_text(spec) + units);
}

}  // namespace

template <class V>
void fields(V& v, ParameterRow& r) {
  v("tenant_id", r.tenant_id), v("name", r.name), v("value", r.value);
}

const std::vector<ParameterSpec>& known_parameters() {
  static const std::vector<ParameterSpec> specs = {
      {Type::kTime, "archive_lag_target", "120s", 0, 7200 * kSecond,
       "longest time between two archive writes: the wanted RPO. Small values cost requests and small "
       "writes; 0 ships "
       "at once; media without append want 60s or more"},
      {Type::kInteger, "log_archive_concurrency", "0", 0, 100, "archive worker threads; 0 chooses"},
      {Type::kInteger, "log_restore_concurrency", "0", 0, 100, "log fetch threads of a restore; 0 chooses"},
      {Type::kInteger, "ha_high_thread_score", "0", 0, 100, "weight of restores; 0 is the built-in one"},
      {Type::kInteger, "ha_mid_thread_score", "0", 0, 100, "weight of migration; kept for compatibility"},
      {Type::kInteger, "ha_low_thread_score", "0", 0, 100,
       "threads of a data backup; 0 is the configured number"},
      {Type::kSize, "backup_data_file_size", "4G", data_file_floor(), 4 * kGiga,
       "target size of one macro_block_data file; a bare number is MB"},
      {Type::kTime, "standby_poll_interval", "1s", 50'000, 3600 * kSecond,
       "how often a standby that follows looks at its log source"},
      {Type::kTime, "dump_data_dictionary_to_log_interval", "24h", kSecond, kYears,
       "how often the tenant's dictionary is folded into schema_meta"},
      {Type::kTime, "_backup_idle_time", "5m", 10 * kSecond, kYears,
       "sleep of the backup scheduler when idle"},
      {Type::kTime, "_backup_task_keep_alive_timeout", "10m", kSecond, kYears,
       "a task that does not answer for this long is taken as dead"},
      {Type::kTime, "_restore_idle_time", "1m", 10 * kSecond, kYears, "sleep of the restore scheduler when idle"},
      {Type::kInteger, "recover_table_concurrency", "0", 0, INT32_MAX - 1, "tables imported at a time; 0 chooses"},
      {Type::kInteger, "recover_table_dop", "0", 0, INT32_MAX - 1, "parallelism inside one table's import; 0 chooses"},
      {Type::kInteger, "ddl_thread_score", "0", 0, 100, "threads for the DDL work of an import; 0 chooses"},
      {Type::kInteger, "undo_retention", "1800", 0, UINT32_MAX, "seconds that row versions are kept"},
      {Type::kText, "log_transport_compress_all", "False", 0, 8, "compress log on the network", "True|False"},
      {Type::kText, "log_transport_compress_func", "lz4_1.0", 0, 32, "how log is compressed on the network",
       "none|lz4_1.0|zstd_1.0|zstd_1.3.8"},
      {Type::kTime, "standby_db_fetch_log_rpc_timeout", "15s", 2 * kSecond, kYears,
       "longest wait for log from a SERVICE source"},
      {Type::kText, "standby_db_preferred_upstream_log_region", "", 0, 128, "preferred region of a standby's source"},
      {Type::kText, "external_kms_info", "", 0, 4096, "key management access; not part of a backup", nullptr, true},
      {Type::kText, "tde_method", "none", 0, 32,
       "internal: backups and archived log are encrypted under keys of the tenant (docs/keys.md); not part of a backup",
       "none|internal"},
      {Type::kText, "backup_compression", "metadata", 0, 32,
       "what is compressed where that saves a tenth. metadata: the ends of data files (a table's index and filter); zstd: all "
       "pages of backups, and groups of archived log",
       "none|metadata|zstd"},
  };
  return specs;
}

Result<const ParameterSpec*> parameter_spec(const std::string& name) {
  for (const ParameterSpec& spec : known_parameters())
    if (name == spec.name) return &spec;
  return fail(Code::kNotFound, "parameter " + name, "is unknown", "see `seabed parameter show`");
}

Result<uint64_t> parse_parameter(const ParameterSpec& spec, const std::string& text) {
  if (spec.choices != nullptr && !is_choice(spec.choices, text))
    return fail(Code::kInvalidArgument, std::string("parameter ") + spec.name, "'" + text.substr(0, 20) + "' is not a value of it",
                std::string("give one of ") + spec.choices);
  if (spec.type == Type::kText)
    return text.size() <= spec.max ? Result<uint64_t>(text.size())
                                   : bad_value(spec, text.substr(0, 20) + "…");
  uint64_t number = 0, value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return bad_value(spec, text);
  auto factor = factor_of(spec.type, std::string_view(end, text.data() + text.size() - end));
  if (!factor || __builtin_mul_overflow(number, *factor, &value)) return bad_value(spec, text);
  if (value < spec.min || value > spec.max) return bad_value(spec, text);
  return value;
}

namespace {

constexpr char kSealed[] = "gcm1:";   // secret_box.h

/// A tenant may get another number: the name is what it is bound to.
std::string seal_context(const std::string& name) { return "parameter/" + name; }

}  // namespace

Status set_parameter(Transaction& tx, uint64_t tenant_id, const std::string& name, const std::string& text) {
  SEABED_TRY(const ParameterSpec* spec, parameter_spec(name));
  SEABED_CHECK(parse_parameter(*spec, text));
  std::string stored = text;
  if (spec->secret && !text.empty()) {
    SEABED_TRY(stored, tx.impl().secrets.seal(text, seal_context(name)));
  }
  return replace_row(tx, "parameters", ParameterRow{tenant_id, name, stored, false},
                     Where().eq("tenant_id", num(tenant_id)).eq("name", name));
}

Result<std::string> parameter_text(Transaction& tx, uint64_t tenant_id, const std::string& name) {
  SEABED_TRY(const ParameterSpec* spec, parameter_spec(name));
  SEABED_TRY(auto row, select_one<ParameterRow>(tx, "parameters",
                                                Where().eq("tenant_id", num(tenant_id)).eq("name", name)));
  if (row && spec->secret && !row->value.empty()) return tx.impl().secrets.open_text(row->value, seal_context(name));
  return row ? row->value : std::string(spec->default_text);
}

Status seal_parameters(Transaction& tx) {
  for (const ParameterSpec& spec : known_parameters()) {
    if (!spec.secret) continue;
    SEABED_TRY(const auto rows, select_rows<ParameterRow>(tx, "parameters", Where().eq("name", std::string(spec.name)), ""));
    for (const ParameterRow& row : rows)
      if (!row.value.empty() && !row.value.starts_with(kSealed))
        SEABED_CHECK(set_parameter(tx, row.tenant_id, row.name, row.value));
  }
  return ok();
}

Result<uint64_t> parameter(Transaction& tx, uint64_t tenant_id, const std::string& name) {
  SEABED_TRY(const ParameterSpec* spec, parameter_spec(name));
  SEABED_TRY(std::string text, parameter_text(tx, tenant_id, name));
  return parse_parameter(*spec, text);
}

Result<std::vector<ParameterRow>> list_parameters(Transaction& tx, uint64_t tenant_id) {
  std::vector<ParameterRow> rows;
  for (const ParameterSpec& spec : known_parameters()) {
    SEABED_TRY(std::string text, parameter_text(tx, tenant_id, spec.name));
    const bool is_default = text == spec.default_text;
    rows.push_back({tenant_id, spec.name, spec.secret && !text.empty() ? "***" : text, is_default});
  }
  return rows;
}

}  // namespace seabed::catalog
