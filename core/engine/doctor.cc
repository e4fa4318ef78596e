// `seabed doctor`: what would fail later, tried now.
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "core/catalog/events.h"
#include "core/engine/doctor_host.h"
#include "core/engine/engine_impl.h"
#include "core/engine/rebuild/rebuild.h"
#include "core/media/paths.h"

namespace seabed {
namespace {

using Level = PreflightFinding::Level;
using Findings = std::vector<PreflightFinding>;

void add(Findings& out, Level level, std::string check, std::string text, std::string next_step = {}) {
  out.push_back({level, std::move(check), std::move(text), std::move(next_step)});
}

void check_clock(Findings& out, Clock& clock) {
  struct timex tx {};
  int state = adjtimex(&tx);
  ClockReading reading = clock.read();
  std::string error = std::to_string(reading.error_ns / 1'000'000) + " ms";
  if (reading.stepped_ns)
    add(out, Level::kWarning, "clock",
        "it stepped by " + std::to_string(reading.stepped_ns / 1'000'000) + " ms",
        "let chrony or ntpd slew it");
  if (state < 0 || state == TIME_ERROR || (tx.status & STA_UNSYNC))
    return add(out, Level::kWarning, "clock",
               "the kernel says that it is not synchronised: how wrong it is is not known (" + error +
                   " is published with every stamp)",
               "run chrony or ntpd: times of the log are only as good as this clock");
  add(out, Level::kOk, "clock", "synchronised, error bound " + error);
}

/// Write, read, list, append, delete under check_file/.
Status round_trip(ObjectStore& store, const IoContext& io) {
  const std::string key = paths::check_files() + "doctor_" + std::to_string(getpid()) + ".obbak",
                    text = "seabed doctor";
  SEABED_CHECK(put_object(store, key, text, PutMode::kReplace, io));
  SEABED_TRY(std::string back, read_object(store, key, 1024, io));
  if (back != text) return fail(Code::kCorruption, key, "was read back with other content");
  SEABED_TRY(bool listed, any_object(store, key, io));
  if (!listed)
    return fail(Code::kUnsupported, key, "was written but is not listed", "the medium must list at once");
  std::vector<std::string> keys{key};
  if (store.capabilities().append) {
    keys.push_back(key + ".append");
    std::string_view first[] = {"seabed "}, second[] = {"doctor"};
    SEABED_CHECK(store.append(keys[1], 0, first, io));
    SEABED_CHECK(store.append(keys[1], 7, second, io));
    SEABED_TRY(std::string appended, read_object(store, keys[1], 1024, io));
    if (appended != text) return fail(Code::kCorruption, keys[1], "lost appended bytes");
  }
  SEABED_TRY(auto removed, store.remove(keys, io));
  for (auto& status : removed) SEABED_CHECK(status);
  return ok();
}

void check_destination(Findings& out, EngineContext& context, const catalog::DestinationRow& dest) {
  auto uri = parse_uri(dest.uri);
  Status status = ok();
  if (uri) {
    auto store = context.storage->open(*uri);
    IoContext io{.deadline = after(context.limits.request_deadline)};
    status = store ? round_trip(**store, io) : Status(fail(store.error()));
  } else {
    status = fail(uri.error());
  }
  // Only of a directory of this machine can be told what room there is: no driver is asked for it.
  if (uri && uri->scheme == "file") out.push_back(space_finding("destination", uri->location));
  if (status)
    return add(out, Level::kOk, "destination", dest.path + ": write, read, list, append and delete work");
  add(out, Level::kError, "destination", status.error().message(), status.error().next_step);
}

void check_stream(Findings& out, EngineContext& context, const LogStreamConfig& ls) {
  const std::string name = "log stream " + std::to_string(ls.ls_id);
  auto adapter = context.adapters.find(ls.engine);
  if (adapter == context.adapters.end())
    return add(out, Level::kError, name, "unknown engine " + ls.engine, "rocksdb or myrocks");
  auto source = adapter->second->open_stream(ls.stream, *context.clock);
  if (!source) return add(out, Level::kError, name, source.error().message(), source.error().next_step);
  for (PreflightFinding& finding : (*source)->preflight()) {
    finding.check = name + ": " + finding.check;
    out.push_back(std::move(finding));
  }
  out.push_back(space_finding(name, ls.stream.directory));
}

/// What a job or the archiver was about to write down is not there at the second look.
void compare_catalog(Findings& out, EngineContext& context, uint64_t tenant_id, bool live) {
  const CancelToken never;
  auto found = compare_with_media(context, tenant_id, live, never);
  if (found && !found->empty()) {
    never.wait_for(std::chrono::seconds(1));
    found = compare_with_media(context, tenant_id, live, never);
  }
  if (!found) return add(out, Level::kWarning, "catalog", "cannot be compared with the media: " + found.error().message());
  if (!found->empty())
    return add(out, Level::kWarning, "catalog",
               "is older than the media in " + std::to_string(found->size()) + " things: " + found->front(),
               "start the agent, or `seabed tenant rebuild`: the media win");
  add(out, Level::kOk, "catalog", "agrees with the media");
}

/// For a week.
void tell_brought_forward(Findings& out, EngineContext& context, uint64_t tenant_id) {
  auto events = context.catalog->get<std::vector<catalog::EventRow>>(
      [](Transaction& tx) { return catalog::list_events(tx, "catalog", "catalog_brought_forward", 20); });
  if (!events) return;
  const uint64_t now_us = context.clock->read().now / 1000, kWeekUs = 7ull * 86'400'000'000;
  for (const auto& event : *events) {
    if (event.facts.size() < 2 || event.facts[0].second != std::to_string(tenant_id)) continue;
    if (event.event_us + kWeekUs < now_us) continue;
    auto when = scn_to_display(event.event_us * 1000, TenantMode::kMysql, "UTC");
    return add(out, Level::kOk, "catalog",
               "was older than the media at " + (when ? *when : "") + " UTC; " + event.facts[1].second +
                   " things were brought forward");
  }
}

}  // namespace

Result<std::vector<PreflightFinding>> EngineImpl::preflight(const std::string& name) {
  Findings out;
  SEABED_TRY(auto row, tenant(name));
  if (row.role == "STANDBY") return out;
  SEABED_TRY(const TenantConfig* config, config_of(row.tenant_id));
  std::vector<std::string> directories;
  for (const LogStreamConfig& ls : config->streams) {
    check_stream(out, context_, ls);
    directories.push_back(ls.stream.directory);
  }
  out.push_back(inotify_finding(directories));
  out.push_back(space_finding("state directory", context_.state_directory));
  return out;
}

Result<std::vector<PreflightFinding>> EngineImpl::doctor(const std::string& name) {
  Findings out;
  check_clock(out, *context_.clock);
  SEABED_TRY(auto row, tenant(name));
  SEABED_TRY(auto databases, preflight(name));
  std::ranges::move(databases, std::back_inserter(out));
  SEABED_TRY(auto dests, destinations(name));
  bool archive = false, data = false;
  for (const auto& dest : dests) {
    if (!dest.current) continue;
    (dest.kind == catalog::DestinationKind::kArchive ? archive : data) = true;
    check_destination(out, context_, dest);
  }
  if (archive || data) compare_catalog(out, context_, row.tenant_id, archiver(row.tenant_id) != nullptr);
  tell_brought_forward(out, context_, row.tenant_id);
  if (!archive)
    add(out, Level::kWarning, "destination", "no archive destination is set", "`seabed archive set-dest`");
  if (!data)
    add(out, Level::kWarning, "destination", "no data destination is set", "`seabed backup set-dest`");
  return out;
}

}  // namespace seabed
