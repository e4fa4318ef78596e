#pragma once
// A tenant for tests of the archiver: a log that is a plain file of records, a storage of directories, a real catalog.
// All of it lives in files, so that a killed process can be followed by another one.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "core/base/bytes.h"
#include "core/catalog/destinations.h"
#include "core/catalog/holes.h"
#include "core/catalog/parameters.h"
#include "core/catalog/rounds.h"
#include "core/catalog/tenants.h"
#include "core/engine/archive/archiver.h"
#include "core/media/archive_resume.h"
#include "core/media/format_file.h"
#include "core/media/lease.h"
#include "tests/unit/media/archive_dir_store.h"

namespace seabed::test {

inline Lsn offset_lsn(uint64_t n) {
  Lsn out;
  put_be64(out.bytes, n);
  return out;
}

/// The log is <directory>/log, opaque bytes; a position is an offset. The file <directory>/gap breaks it,
/// <directory>/hole (removed when seen) makes one hole. What the size of <directory>/nothing says is passed over at the
/// beginning without a group, as a log file without a byte.
class FileSource final : public StreamSource {
 public:
  FileSource(uint64_t ls, std::string directory, Clock& clock) : ls_(ls), dir_(std::move(directory)), clock_(clock) {}
  uint64_t ls_id() const override { return ls_; }
  std::string describe() const override { return dir_; }
  Status attach(const std::optional<ArchivedState>& state) override {
    at_ = state ? load_be64(state->end.bytes.data()) : 0;
    last_scn_ = state ? state->scn_hi : 0;
    last_look_ = std::max(last_look_, last_scn_);
    attached_resume = state ? state->resume : "";
    ++attaches;
    return ok();
  }
  Result<LogStep> read_step(uint64_t max_bytes) override {
    LogStep step;
    step.clock_before = clock_.read().now;
    struct stat st {};
    if (::stat((dir_ + "/log").c_str(), &st) != 0) return fail_errno(dir_ + "/log", "stat", errno);
    if (struct stat nothing {}; at_ == 0 && ::stat((dir_ + "/nothing").c_str(), &nothing) == 0)
      at_ = static_cast<uint64_t>(nothing.st_size);
    const uint64_t n = std::min<uint64_t>(max_bytes, static_cast<uint64_t>(st.st_size) - at_);
    if (::stat((dir_ + "/gap").c_str(), &st) == 0) {
      step.gap = LogGap{offset_lsn(at_), "file 000042.log is missing"};
      return step;
    }
    const bool hole = ::unlink((dir_ + "/hole").c_str()) == 0;
    if (hole) {
      LogGroup g;
      g.type = GroupType::kHole;
      stamp(&g);
      g.begin = g.end = offset_lsn(at_);
      step.holes.push_back({g.scn_lo, g.begin, "a file was ingested", "detail"});
      step.groups.push_back(g);
    }
    if (n > 0) {
      LogGroup g;
      stamp(&g);
      g.begin = offset_lsn(at_);
      g.end = offset_lsn(at_ + n);
      g.payload.resize(n);
      Fd fd(::open((dir_ + "/log").c_str(), O_RDONLY | O_CLOEXEC));
      SEABED_CHECK(pread_full(fd.get(), g.payload, at_, "log"));
      at_ += n;
      step.log_bytes = n;
      step.groups.push_back(std::move(g));
    }
    step.complete = n < max_bytes;
    last_look_ = step.clock_before;
    return step;
  }
  void wait(std::chrono::milliseconds timeout, const CancelToken& cancel) override {
    cancel.wait_for(std::min(timeout, std::chrono::milliseconds(5)));
  }
  void release(const Lsn& end) override { released = load_be64(end.bytes.data()); }
  Status keep_log(bool on) override {
    kept = on;
    return ok();
  }
  std::string resume_state() const override { return "at " + std::to_string(at_); }
  Lsn position() const override { return offset_lsn(at_); }
  Result<std::unique_ptr<Snapshot>> snapshot(const CancelToken&) override { return fail(Code::kUnsupported, "test", ""); }
  StreamHealth health() const override { return {}; }
  std::vector<PreflightFinding> preflight() override { return {}; }
  std::string display(const Lsn& lsn) const override {
    return lsn.bytes.size() == 8 ? std::to_string(load_be64(lsn.bytes.data())) : "nowhere";
  }

  std::atomic<uint64_t> released = 0;
  std::atomic<int> attaches = 0;
  std::atomic<int> kept = -1;   // as keep_log was told; -1: never
  std::string attached_resume;

 private:
  void stamp(LogGroup* g) {
    g->incarnation = 1;
    g->scn_lo = last_look_ == 0 ? clock_.read().now : last_look_;
    g->scn_hi = last_scn_ = std::max(clock_.read().now, last_scn_ + 1);
  }
  uint64_t ls_;
  std::string dir_;
  Clock& clock_;
  uint64_t at_ = 0;
  Scn last_scn_ = 0, last_look_ = 0;
};

class FileAdapter final : public EngineAdapter {
 public:
  std::string name() const override { return "file"; }
  Result<std::unique_ptr<StreamSource>> open_stream(const StreamConfig& config, Clock& clock) override {
    auto source = std::make_unique<FileSource>(config.ls_id, config.directory, clock);
    sources[config.ls_id] = source.get();
    return source;
  }
  const LogRules& rules() const override { std::abort(); }
  Result<std::unique_ptr<RestoreTarget>> open_target(const std::string&) override {
    return fail(Code::kUnsupported, "test", "");
  }
  std::map<uint64_t, FileSource*> sources;
};

class DirStorage final : public Storage {
 public:
  const std::vector<DriverInfo>& drivers() const override { return none_; }
  Result<std::shared_ptr<ObjectStore>> open(const Uri& uri) override {
    auto& store = stores[uri.location];
    if (!store) store = std::make_shared<DirStore>(uri.location);
    return std::shared_ptr<ObjectStore>(store);
  }
  std::map<std::string, std::shared_ptr<DirStore>> stores;

 private:
  std::vector<DriverInfo> none_;
};

inline void append_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::app) << bytes;
}
inline std::string read_whole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

/// One installation: context, catalog, tenant "t" with streams 1001 … archiving to `destination`.
struct Installation {
  Installation(const std::string& root, const std::string& destination, int streams = 1, uint64_t interval_ms = 3'600'000)
      : root(root), destination(destination), interval_ms(interval_ms) {
    std::filesystem::create_directories(root);
    auto opened = Catalog::open({root + "/catalog.db"});
    if (!opened) std::abort();
    catalog = std::move(*opened);
    context.cluster_id = 7;
    context.cluster_name = "c";
    context.owner = process_owner();
    context.catalog = catalog.get();
    context.storage = &storage;
    context.clock = &system_clock();
    context.adapters["file"] = &adapter;
    context.state_directory = root + "/state";
    context.limits.lease = std::chrono::milliseconds(2000);
    context.limits.clock_error = std::chrono::milliseconds(50);
    context.limits.request_deadline = std::chrono::milliseconds(2000);
    tenant.name = "t";
    for (int i = 0; i < streams; ++i) {
      LogStreamConfig ls;
      ls.ls_id = 1001 + i;
      ls.engine = "file";
      ls.stream.ls_id = ls.ls_id;
      ls.stream.directory = root + "/db" + std::to_string(ls.ls_id);
      std::filesystem::create_directories(ls.stream.directory);
      append_file(ls.stream.directory + "/log", "");
      tenant.streams.push_back(ls);
    }
    register_tenant();
    context.tenants = {tenant};
    tuning.catalog_period = std::chrono::milliseconds(50);
  }

  void register_tenant() {
    must(catalog->transact([&](Transaction& tx) -> Status {
      SEABED_TRY(auto row, catalog::ensure_tenant(tx, "t", "mysql", "UTC"));
      tenant.tenant_id = row.tenant_id;
      SEABED_TRY(auto dest, catalog::current_destination(tx, row.tenant_id, catalog::DestinationKind::kArchive));
      if (dest) return ok();
      catalog::DestinationRow d;
      SEABED_TRY(d.dest_id, catalog::next_dest_id(tx));
      d.tenant_id = row.tenant_id;
      d.kind = catalog::DestinationKind::kArchive;
      d.uri = d.path = "file://" + destination;
      d.identity = "file:" + destination;
      d.piece_switch_interval_us = interval_ms * 1000;
      SEABED_CHECK(catalog::insert_destination(tx, d));
      SEABED_CHECK(catalog::set_parameter(tx, row.tenant_id, "archive_lag_target", "0ms"));
      DirStore store(destination);
      DestinationFacts facts{7, "c", row.tenant_id, "t", 1, d.dest_id, DestinationUse::kArchive, 1, "UTC", "mysql"};
      SEABED_CHECK(claim_destination(store, facts, {}));
      return ok();
    }));
  }
  static void must(const Status& status) {
    if (!status) std::fprintf(stderr, "%s\n", status.error().message().c_str()), std::abort();
  }
  void set_mode(const std::string& mode) {
    must(catalog->transact([&](Transaction& tx) { return catalog::set_log_mode(tx, tenant.tenant_id, mode); }));
    if (archiver) archiver->wake();
  }
  void set_state(const std::string& from, const std::string& to) {
    must(catalog->transact([&](Transaction& tx) { return catalog::set_destination_state(tx, dest().dest_id, from, to); }));
    if (archiver) archiver->wake();
  }
  catalog::DestinationRow dest() { return dest_; }
  void start() {
    auto found = catalog->get<std::optional<catalog::DestinationRow>>([&](Transaction& tx) {
      return catalog::current_destination(tx, tenant.tenant_id, catalog::DestinationKind::kArchive);
    });
    dest_ = **found;
    auto made = TenantArchiver::create(context, tenant, tuning);
    must(made ? ok() : Status(tl::unexpected(made.error())));
    archiver = std::move(*made);
    if (bridge) archiver->set_bridge(bridge);
    archiver->start();
  }
  void stop() {
    if (archiver) archiver->stop();
    archiver.reset();
  }
  DirStore& store() {
    auto& s = storage.stores[destination];
    if (!s) s = std::make_shared<DirStore>(destination);
    return *s;
  }
  std::string log_path(uint64_t ls = 1001) { return root + "/db" + std::to_string(ls) + "/log"; }
  void write(const std::string& bytes, uint64_t ls = 1001) { append_file(log_path(ls), bytes); }
  std::optional<catalog::RoundRow> round() {
    return *catalog->get<std::optional<catalog::RoundRow>>(
        [&](Transaction& tx) { return catalog::newest_round(tx, tenant.tenant_id); });
  }
  std::vector<catalog::PieceRow> pieces() {
    return *catalog->get<std::vector<catalog::PieceRow>>(
        [&](Transaction& tx) { return catalog::list_pieces(tx, tenant.tenant_id); });
  }

  std::string root, destination;
  uint64_t interval_ms;
  DirStorage storage;
  FileAdapter adapter;
  std::unique_ptr<Catalog> catalog;
  EngineContext context;
  TenantConfig tenant;
  ArchiveTuning tuning;
  BridgeFn bridge;
  std::unique_ptr<TenantArchiver> archiver;
  catalog::DestinationRow dest_;
};

/// Polls until `condition` holds; false after the deadline.
template <class F>
bool eventually(F condition, std::chrono::milliseconds deadline = std::chrono::seconds(30)) {
  for (const auto until = after(deadline); std::chrono::steady_clock::now() < until;) {
    if (condition()) return true;
    CancelToken().wait_for(std::chrono::milliseconds(5));
  }
  return false;
}

}  // namespace seabed::test
