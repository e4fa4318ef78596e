// The configuration, table by table; every mistake is named with its line.
#include <sys/stat.h>

#include <algorithm>

#include "core/base/uri.h"
#include "core/storage/tenant_destinations.h"
#include "tools/config/config_files.h"
#include "tools/config/observation.h"
#include "tools/config/roles.h"
#include "tools/config/table_reader.h"
#include "tools/config/user_tenant.h"

namespace seabed {
namespace {

/// TENANT = all: keywords in any case.
bool is_word_for_all(std::string name) {
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name == "all" || name == "all_user";
}

struct Loader {
  Reading& reading;
  Config config;
  const toml::table none{};

  /// A missing table is read too: the environment may have its keys.
  TableReader reader(const char* name, const toml::table* table) {
    return TableReader(reading, name, table ? *table : none);
  }

  Status cluster(const toml::table* table) {
    auto r = reader("cluster", table);
    return r.text("name", &config.cluster_name).number("id", &config.cluster_id, 1, INT64_MAX).done();
  }

  Status agent(const toml::table* table) {
    auto r = reader("agent", table);
    r.path("socket", &config.socket)
        .path("catalog", &config.catalog)
        .path("catalog_key", &config.catalog_key);
    return r.path("state_directory", &config.state_directory).done();
  }

  /// Beside the catalog unless it is said where.
  Status audit(const toml::table* table) {
    config.audit_file = config.catalog.substr(0, config.catalog.rfind('/')) + "/audit.log";
    return reader("audit", table).path("file", &config.audit_file).done();
  }

  Status drivers(const toml::table* table) {
    auto r = reader("drivers", table);
    uint64_t attempts = config.storage.max_attempts;
    auto& allowed = config.storage.allowed_destinations;
    r.paths("directories", &config.storage.driver_directories).number("max_attempts", &attempts, 1, 100);
    r.texts("allowed_destinations", &allowed);
    for (const std::string& entry : allowed)
      if (auto good = check_allowed_entry(entry); !good)
        r.fail_at(table ? table->get("allowed_destinations") : nullptr, good.error().message());
    config.storage.max_attempts = static_cast<int>(attempts);
    return r.done();
  }

  /// [driver.s3] and the like: defaults under the URI's own parameters.
  Status driver_defaults(const toml::table* table) {
    TableReader r(reading, "driver", table ? *table : none, "driver ");
    for (auto&& [scheme, node] : table ? *table : none) {
      std::string name(scheme.str());
      const toml::table* values = r.table(name.c_str());
      if (!values) continue;
      TableReader keys(reading, "driver." + name, *values, "driver." + name + " ");
      for (auto& [key, value] : keys.all_text()) {
        if (is_secret_key(key)) SEABED_CHECK(secret_is_private(*values->get(key), key));
        set_default(name, key, value, origin_of(*values->get(key)));
      }
      SEABED_CHECK(keys.done());
    }
    SEABED_CHECK(r.done());
    SEABED_TRY(auto variables, reading.environment.driver_keys());
    for (auto& [scheme, key, variable] : variables)
      set_default(scheme, key, variable.value, "$" + variable.name);
    return ok();
  }

  void set_default(const std::string& scheme, const std::string& key, const std::string& value,
                   const std::string& origin) {
    auto& all = config.storage.driver_defaults;
    auto found = std::find_if(all.begin(), all.end(), [&](auto& known) { return known.first == scheme; });
    if (found == all.end()) found = all.insert(all.end(), {scheme, {}});
    auto known =
        std::find_if(found->second.begin(), found->second.end(), [&](auto& v) { return v.first == key; });
    if (known == found->second.end())
      found->second.emplace_back(key, value);
    else
      known->second = value;
    reading.note("driver." + scheme + "." + key, is_secret_key(key) ? kNotShown : value, origin);
  }

  Status secret_is_private(const toml::node& node, const std::string& key) {
    struct stat st;
    if (::stat(node.source().path->c_str(), &st) == 0 && (st.st_mode & 077) == 0) return ok();
    return fail(Code::kPermissionDenied, origin_of(node),
                "holds the secret " + key + " and others may read it",
                "chmod 600 it, or use the standard credential chain");
  }

  Status limits(const toml::table* table) {
    auto r = reader("limits", table);
    Limits& l = config.limits;
    uint64_t threads = l.backup_threads;
    r.size("pinned_bytes", &l.pinned_bytes, 1).number("backup_threads", &threads, 1, 256);
    r.size("part_bytes", &l.part_bytes, 1 << 20).size("memory_bytes", &l.memory_bytes, 16 << 20);
    r.milliseconds("lease_ms", &l.lease).milliseconds("clock_error_ms", &l.clock_error);
    r.milliseconds("request_deadline_ms", &l.request_deadline);
    r.milliseconds("bridge_min_interval_ms", &l.bridge_min_interval);
    r.milliseconds("clean_interval_ms", &l.clean_interval);
    r.number("archive_nice", &config.archive_nice, 0, 19);
    l.backup_threads = threads;
    return r.done();
  }

  Status log_stream(const toml::table& table, TenantConfig* tenant) {
    LogStreamConfig ls;
    const std::string label =
        "tenant." + tenant->name + ".log_stream." + std::to_string(table["id"].value_or(int64_t(ls.ls_id)));
    TableReader r(reading, "tenant.log_stream", table, label);
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
    set_stream_defaults(*tenant, &s);
    if (!table.contains("pin_directory")) reading.note(label + ".pin_directory", s.pin_directory, "default");
    if (!table.contains("pinned_limit"))
      reading.note(label + ".pinned_limit", std::to_string(s.pinned_limit_bytes), "limits.pinned_bytes");
    tenant->streams.push_back(std::move(ls));
    return ok();
  }

  Status tenant(const toml::table& table) {
    TableReader r(reading, "tenant", table, "tenant." + table["name"].value_or(std::string("?")));
    TenantConfig t;
    std::string mode = "mysql";
    r.required("name").text("name", &t.name).text("mode", &mode).text("time_zone", &t.time_zone);
    r.path("data_directory", &t.data_directory);
    if (table.contains("drill_every")) r.time_span("drill_every", &t.drill_every.emplace());
    if (!check_user_tenant(t.name) || is_word_for_all(t.name))
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

Result<Config> load_tree(const ConfigTree& tree) {
  Reading reading(Environment::of_process());
  Loader loader{reading, default_config()};
  loader.config.files = tree.files;
  TableReader r(reading, "", tree.root);
  SEABED_CHECK(loader.cluster(r.table("cluster")));
  SEABED_CHECK(loader.agent(r.table("agent")));
  SEABED_CHECK(loader.drivers(r.table("drivers")));
  SEABED_CHECK(loader.driver_defaults(r.table("driver")));
  SEABED_CHECK(loader.limits(r.table("limits")));
  for (const char* name : {"log", "metrics", "alert", "drill"})
    SEABED_CHECK(read_observation(loader.reader(name, r.table(name)), name, &loader.config));
  SEABED_CHECK(loader.audit(r.table("audit")));
  SEABED_CHECK(read_roles(reading, r.table("roles"), &loader.config.roles));
  for (const toml::table* tenant : r.tables("tenant")) SEABED_CHECK(loader.tenant(*tenant));
  SEABED_CHECK(r.done());
  if (auto unknown = reading.environment.unknown(reading.sections))
    return fail(Code::kInvalidArgument, "$" + *unknown, "sets no key of the configuration",
                "see docs/operator-guide.md for the keys");
  loader.config.values = std::move(reading.values);
  return std::move(loader.config);
}

}  // namespace

Result<Config> load_config(const std::string& file) {
  SEABED_TRY(const ConfigTree tree, read_config_files(file));
  SEABED_TRY(Config config, load_tree(tree));
  config.file = file;
  return config;
}

Result<Config> load_without_file() { return load_tree({}); }

}  // namespace seabed
