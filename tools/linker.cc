// seabed linker
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/source/rocksdb/linker.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/invocation.h"
#include "tools/cli/log_output.h"
#include "tools/cli/signals.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

rocksdb_source::LinkerConfig linker_config(const TenantConfig& tenant, const LogStreamConfig& ls) {
  rocksdb_source::LinkerConfig out;
  out.name = "tenant " + tenant.name + ", log stream " + std::to_string(ls.ls_id);
  out.database = ls.stream.directory;
  out.wal_directory = ls.stream.wal_directory;
  out.links = rocksdb_source::link_directory(ls.stream.pin_directory);
  out.limit_bytes = ls.stream.pinned_limit_bytes;
  return out;
}

using Streams = std::vector<rocksdb_source::LinkerConfig>;

Result<Streams> tenant_streams(Invocation& invocation, const Config& config) {
  if (!invocation.has("tenant"))
    return fail(Code::kInvalidArgument, "seabed linker", "--tenant or --own is missing",
                "see `seabed linker --help`");
  const TenantConfig* tenant = config.tenant(invocation.text("tenant"));
  if (!tenant)
    return fail(Code::kNotFound, "tenant " + invocation.text("tenant"), "is not in " + config.file);
  SEABED_TRY(uint64_t wanted, invocation.number("ls", 0));
  Streams out;
  for (const LogStreamConfig& ls : tenant->streams)
    if (!wanted || ls.ls_id == wanted) out.push_back(linker_config(*tenant, ls));
  if (out.empty())
    return fail(Code::kNotFound, "tenant " + tenant->name,
                "has no log stream " + (wanted ? std::to_string(wanted) : ""));
  return out;
}

/// What belongs to this user, of every tenant.
Result<Streams> own_streams(const Config& config) {
  Streams out;
  for (const TenantConfig& tenant : config.tenants)
    for (const LogStreamConfig& ls : tenant.streams) {
      struct stat st;
      if (::stat(ls.stream.directory.c_str(), &st) == 0 && st.st_uid == ::geteuid())
        out.push_back(linker_config(tenant, ls));
    }
  if (out.empty())
    return fail(Code::kNotFound, "user " + std::to_string(::geteuid()), "owns no database of " + config.file,
                "run the linker as the databases' own user");
  return out;
}

Result<int> linker(Invocation& invocation) {
  SignalCancel signals;
  SEABED_TRY(const Config* config, invocation.config());
  SEABED_TRY(const auto streams,
             invocation.has("own") ? own_streams(*config) : tenant_streams(invocation, *config));
  SEABED_CHECK(set_up_log({config->log.format, config->log.level, ""}));
  log::info("linker {} of {}: {} stream(s)", ::getpid(),
            invocation.has("own") ? "this user's databases" : "tenant " + invocation.text("tenant"),
            streams.size());
  SEABED_CHECK(rocksdb_source::run_linker(streams, signals.token()));
  return kExitOk;
}

}  // namespace

std::vector<Verb> linker_verbs() {
  return {{"linker",
           "",
           "Keep a tenant's log by hard links until SIGTERM",
           "A small process of its own: no network, no driver, no catalog. It survives the agent's crash and "
           "upgrade, and\n"
           "runs as the database's own user. What it keeps is bounded by limits.pinned_bytes.",
           {"seabed linker --tenant shop", "seabed linker --tenant shop --ls 1001", "seabed linker --own"},
           {{OptionSpec::kText, "tenant", "NAME", "the tenant"},
            {OptionSpec::kNumber, "ls", "ID", "only this log stream"},
            {OptionSpec::kFlag, "own", "", "instead of a tenant: every database that belongs to this user"}},
           linker}};
}

}  // namespace seabed
