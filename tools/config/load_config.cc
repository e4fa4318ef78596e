// The TOML file, table by table; every mistake is named with its line.
#include <sys/stat.h>

#include "core/base/fd.h"
#include "core/base/uri.h"
#include "tools/config/config.h"
#include "tools/config/table_reader.h"

namespace seabed {
namespace {

struct Loader {
  std::string file;
  Config config;

  Status cluster(const toml::table* table) {
    if (!table) return ok();
    TableReader r(file, "cluster", *table);
    return r.text("name", &config.cluster_name).number("id", &config.cluster_id, 1, INT64_MAX).done();
  }

  Status agent(const toml::table* table) {
    if (!table) return ok();
    TableReader r(file, "agent", *table);
    r.path("socket", &config.socket)
        .path("catalog", &config.catalog)
        .path("catalog_key", &config.catalog_key);
    return r.path("state_directory", &config.state_directory).done();
  }

  Status drivers(const toml::table* table) {
    if (!table) return ok();
    TableReader r(file, "drivers", *table);
    uint64_t attempts = config.storage.max_attempts;
    r.paths("directories", &config.storage.driver_directories).number("max_attempts", &attempts, 1, 100);
    config.storage.max_attempts = static_cast<int>(attempts);
    return r.done();
  }

  /// [driver.s3] and the like: defaults under the URI's own parameters.
  Status driver_defaults(const toml::table* table) {
    if (!table) return ok();
    TableReader r(file, "driver", *table);
    for (auto&& [scheme, node] : *table) {
      std::string name(scheme.str());
      const toml::table* values = r.table(name.c_str());
      if (!values) continue;
      TableReader keys(file, "driver." + name, *values);
      auto defaults = keys.all_text();
      for (auto& [key, value] : defaults)
        if (is_secret_key(key)) SEABED_CHECK(secret_is_private(values->get(key), key));
      SEABED_CHECK(keys.done());
      config.storage.driver_defaults.emplace_back(name, std::move(defaults));
    }
    return r.done();
  }

  Status secret_is_private(const toml::node* node, const std::string& key) {
    struct stat st;
    if (::stat(file.c_str(), &st) == 0 && (st.st_mode & 077) == 0) return ok();
    return fail(Code::kPermissionDenied, file + ":" + std::to_string(node->source().begin.line),
                "holds the secret " + key + " and others may read it",
                "chmod 600 it, or use the standard credential chain");
  }

  Status limits(const toml::table* table) {
    if (!table) return ok();
    TableReader r(file, "limits", *table);
    Limits& l = config.limits;
    uint64_t threads = l.backup_threads;
    r.size("pinned_bytes", &l.pinned_bytes, 1).number("backup_threads", &threads, 1, 256);
    r.size("part_bytes", &l.part_bytes, 1 << 20).size("memory_bytes", &l.memory_bytes, 16 << 20);
    r.milliseconds("lease_ms", &l.lease).milliseconds("clock_error_ms", &l.clock_error);
    r.milliseconds("request_deadline_ms", &l.request_deadline);
    r.milliseconds("bridge_min_interval_ms", &l.bridge_min_interval);
    l.backup_threads = threads;
    return r.done();
  }

  Status log_stream(const toml::table& table, TenantConfig* tenant) {
    TableReader r(file, "tenant.log_stream", table);
    LogStreamConfig ls;
    StreamConfig& s = ls.stream;
    r.required("directory").number("id", &ls.ls_id, 1001, UINT32_MAX).text("engine", &ls.engine);
    r.path("directory", &s.directory)
        .path("pin_directory", &s.pin_directory)
        .path("wal_directory", &s.wal_directory);
    r.size("pinned_limit", &s.pinned_limit_bytes, 1).flag("allow_recycled_log", &s.allow_recycled_log);
    if (ls.engine != "rocksdb" && ls.engine != "myrocks")
      r.fail_at(table.get("engine"), "unknown engine '" + ls.engine + "' (rocksdb, myrocks)");
    for (const LogStreamConfig& other : tenant->streams)
      if (other.ls_id == ls.ls_id)
        r.fail_at(&table, "log stream " + std::to_string(ls.ls_id) + " is given twice");
    for (const TenantConfig& known : config.tenants)
      for (const LogStreamConfig& other : known.streams)
        if (other.stream.directory == s.directory)
          r.fail_at(&table, s.directory + " belongs to tenant " + known.name);
    SEABED_CHECK(r.done());
    s.tenant = tenant->name, s.ls_id = ls.ls_id;
    tenant->streams.push_back(std::move(ls));
    return ok();
  }

  Status tenant(const toml::table& table) {
    TableReader r(file, "tenant", table);
    TenantConfig t;
    std::string mode = "mysql";
    r.required("name").text("name", &t.name).text("mode", &mode).text("time_zone", &t.time_zone);
    r.path("data_directory", &t.data_directory);
    if (t.name == "sys" || t.name == "all" || t.name == "all_user")
      r.fail_at(table.get("name"), "'" + t.name + "' is not a name for a tenant");
    if (t.name.size() > 128 || t.name.find_first_of("/ \t\n") != std::string::npos)
      r.fail_at(table.get("name"), "a tenant's name has at most 128 characters and no blank or '/'");
    if (mode != "mysql" && mode != "oracle") r.fail_at(table.get("mode"), "mode must be mysql or oracle");
    if (auto zone = check_time_zone(t.time_zone); !zone)
      r.fail_at(table.get("time_zone"), zone.error().message());
    if (config.tenant(t.name)) r.fail_at(table.get("name"), "tenant " + t.name + " is given twice");
    t.mode = mode == "oracle" ? TenantMode::kOracle : TenantMode::kMysql;
    auto streams = r.tables("log_stream");
    SEABED_CHECK(r.done());
    for (const toml::table* stream : streams) SEABED_CHECK(log_stream(*stream, &t));
    for (auto& ls : t.streams) set_stream_defaults(t, &ls.stream);
    config.tenants.push_back(std::move(t));
    return ok();
  }

  /// Links live beside the database, on its file system, but not inside what the application owns and lists.
  void set_stream_defaults(const TenantConfig& t, StreamConfig* s) {
    if (!s->pinned_limit_bytes) s->pinned_limit_bytes = config.limits.pinned_bytes;
    if (!s->pin_directory.empty()) return;
    bool inside = !t.data_directory.empty() && s->directory.rfind(t.data_directory + "/", 0) == 0;
    s->pin_directory = inside ? t.data_directory + ".seabed-pins/" + std::to_string(s->ls_id)
                              : s->directory + ".seabed-pins";
  }
};

}  // namespace

Result<Config> load_config(const std::string& file) {
  SEABED_TRY(std::string text, read_file(file, 16 << 20));
  Loader loader{file, default_config()};
  loader.config.file = file;
  toml::table root;
  try {
    root = toml::parse(text);
  } catch (const toml::parse_error& e) {
    return fail(Code::kInvalidArgument, file + ":" + std::to_string(e.source().begin.line),
                std::string(e.description()));
  }
  TableReader r(file, "", root);
  SEABED_CHECK(loader.cluster(r.table("cluster")));
  SEABED_CHECK(loader.agent(r.table("agent")));
  SEABED_CHECK(loader.drivers(r.table("drivers")));
  SEABED_CHECK(loader.driver_defaults(r.table("driver")));
  SEABED_CHECK(loader.limits(r.table("limits")));
  for (const toml::table* tenant : r.tables("tenant")) SEABED_CHECK(loader.tenant(*tenant));
  SEABED_CHECK(r.done());
  return std::move(loader.config);
}

}  // namespace seabed
