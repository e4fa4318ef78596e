#include "core/engine/drill/drill_run.h"

#include <unistd.h>

#include <random>

#include "core/base/fd.h"
#include "core/base/log.h"
#include "core/base/uri.h"
#include "core/catalog/destinations.h"
#include "core/engine/drill/choose_moment.h"
#include "core/engine/job/version.h"
#include "core/engine/quick/quick_lease.h"

namespace seabed::drill {
namespace {

using Clock = std::chrono::steady_clock;

uint64_t wall_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

uint64_t ms_since(Clock::time_point start) {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count());
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

uint64_t by_chance() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

}  // namespace

DrillRun::DrillRun(EngineContext& context, catalog::DrillRow row, catalog::TenantRow tenant,
                   const CancelToken& cancel)
    : context_(context),
      without_catalog_(context),
      row_(std::move(row)),
      tenant_(std::move(tenant)),
      cancel_(cancel) {
  without_catalog_.catalog = nullptr;
  report_.drill_id = row_.drill_id;
  report_.cluster_id = context.cluster_id, report_.cluster_name = context.cluster_name;
  report_.tenant_id = tenant_.tenant_id, report_.tenant_name = tenant_.name;
  report_.host = host_name(), report_.version = kSeabedVersion;
  report_.moment = row_.moment, report_.full = row_.method == "full";
  report_.started = wall_ns();
}

Status DrillRun::run() { return finish(work()); }

Status DrillRun::work() {
  SEABED_CHECK(enter("RESTORING"));
  SEABED_CHECK(find_sources());
  SEABED_CHECK(hold_leases());
  SEABED_TRY(const Scratch scratch,
             Scratch::make(drill_scratch_root(context_), std::to_string(row_.drill_id)));
  SEABED_TRY(const RestoreTargetPoint until, choose_moment());
  const std::string directory = scratch.path() + "/tenant";
  const quick::ScratchLease lease(context_, directory);  // the quick restore's own
  SEABED_CHECK(restore(until, directory));
  SEABED_CHECK(narrow_leases());
  SEABED_CHECK(enter("SCANNING"));
  return scan(directory);
}

Status DrillRun::find_sources() {
  return context_.catalog->transact([&](Transaction& tx) -> Status {
    for (auto kind : {catalog::DestinationKind::kData, catalog::DestinationKind::kArchive}) {
      SEABED_TRY(const auto row, catalog::current_destination(tx, tenant_.tenant_id, kind));
      if (!row) continue;
      uris_.push_back(row->uri);
      report_.sources.push_back(row->path);
    }
    return ok();
  });
}

/// Of everything, as long as it is not known what is needed. An id of its own: after a kill the next drill
/// takes it over.
Status DrillRun::hold_leases() {
  ReaderLeaseFacts facts;
  facts.id = "drill-" + std::to_string(context_.cluster_id) + "-" + std::to_string(tenant_.tenant_id);
  facts.cluster_id = context_.cluster_id, facts.cluster_name = context_.cluster_name;
  facts.tenant_name = tenant_.name, facts.owner = context_.owner, facts.purpose = "drill";
  std::vector<ReaderWish> wishes;
  for (const std::string& text : uris_) {
    SEABED_TRY(const Uri uri, parse_uri(text));
    SEABED_TRY(auto store, context_.storage->open(uri));
    wishes.push_back({std::move(store), facts});
  }
  SEABED_TRY(leases_, ReaderLeaseKeeper::hold(std::move(wishes), *context_.clock, &cancel_));
  return ok();
}

Status DrillRun::narrow_leases() {
  SEABED_CHECK(leases_->need(0, report_.sets));
  return uris_.size() > 1 && !report_.pieces.empty() ? leases_->need(1, report_.pieces) : ok();
}

Result<RestoreTargetPoint> DrillRun::choose_moment() {
  if (row_.moment != "random") return target_point(row_.moment);
  SEABED_TRY(const Window window, compute_window(without_catalog_, {uris_}));
  if (window.ranges.empty())
    return fail(Code::kConflict, "tenant " + tenant_.name, "there is no moment that can be restored to",
                "`seabed window` and `seabed verify` tell why");
  RestoreTargetPoint until{RestoreTargetPoint::Kind::kScn, moment_in(window.ranges, by_chance()), {}};
  report_.target = until.scn;
  return until;
}

Status DrillRun::restore(const RestoreTargetPoint& until, const std::string& directory) {
  RestoreRequest request;
  request.source.uris = uris_;
  request.until = until;
  request.directory = directory;
  request.tenant_name = tenant_.name;
  request.quick = !report_.full;
  const auto start = Clock::now();
  auto restored = run_restore(
      without_catalog_, request, [this](const Progress& p) { tell(p.done_bytes, p.total_bytes); }, cancel_);
  report_.restore_ms = ms_since(start);
  report_.restored_bytes = row_.done;
  if (!restored) return fail(restored.error());
  report_.target = restored->plan.target, report_.target_display = restored->plan.target_display;
  report_.sets = restored->plan.sets, report_.pieces = restored->plan.pieces;
  report_.bound_ns = restored->bound_ns;
  report_.warnings = restored->warnings;
  row_.target_scn = report_.target;
  return ok();
}

Status DrillRun::scan(const std::string& directory) {
  const auto start = Clock::now();
  const TenantScanRequest request{directory, uris_};
  const ScanProgressFn progress = [this](uint64_t rows, uint64_t guess) { tell(rows, guess); };
  auto scanned = context_.scan_tenant ? context_.scan_tenant(request, progress, cancel_)
                                      : scan_tenant_here(without_catalog_, request, progress, cancel_);
  report_.scan_ms = ms_since(start);
  if (!scanned) return fail(scanned.error());
  report_.scan = std::move(*scanned);
  report_.medium_bytes = report_.scan.medium_bytes;
  return ok();
}

/// The scratch place is gone by now. A drill that was cancelled proves nothing and leaves no report.
Status DrillRun::finish(const Status& result) {
  if (leases_)
    for (const std::string& warning : leases_->warnings()) report_.warnings.push_back(warning);
  leases_.reset();
  const bool cancelled = !result && (result.error().code == Code::kCancelled || cancel_.cancelled());
  if (!result) report_.error = result.error();
  report_.ended = wall_ns();
  row_.rows = report_.rows();
  Status written = cancelled ? ok() : write_report();
  const Status& last = result ? written : result;
  row_.status = cancelled ? "CANCELED" : last ? "PASSED" : "FAILED";
  row_.comment = last ? "" : last.error().message();
  row_.result = last                    ? 0
                : last.error().ob_error ? last.error().ob_error
                                        : 4000 + static_cast<int>(last.error().code);
  row_.end_us = wall_ns() / 1000;
  SEABED_CHECK(save());
  context_.at_state("drill/" + row_.status);
  return last;
}

Status DrillRun::write_report() {
  SEABED_TRY(const SigningKey key, SigningKey::load_or_make(context_.state_directory));
  SEABED_TRY(const std::string text, encode_report(report_, key));
  const std::string path = drill_report_path(context_, tenant_.name, row_.drill_id);
  SEABED_CHECK(make_directories(path.substr(0, path.rfind('/'))));
  SEABED_CHECK(write_file_atomic(path, text));
  row_.report = path;
  return ok();
}

Status DrillRun::enter(const std::string& status) {
  {
    std::lock_guard lock(mutex_);
    row_.status = status, row_.done = row_.total = 0;
    row_.phase_us = wall_ns() / 1000;
  }
  SEABED_CHECK(save());
  context_.at_state("drill/" + status);
  return ok();
}

void DrillRun::tell(uint64_t done, uint64_t total) {
  {
    std::lock_guard lock(mutex_);
    row_.done = done, row_.total = total;
    const auto now = Clock::now();
    if (now - saved_ < std::chrono::seconds(1)) return;
    saved_ = now;
  }
  (void)save();  // the next state's must succeed
}

Status DrillRun::save() {
  std::lock_guard lock(mutex_);
  return context_.catalog->transact([&](Transaction& tx) { return catalog::update_drill(tx, row_); });
}

}  // namespace seabed::drill
