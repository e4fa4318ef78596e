#pragma once
// A tenant to back up without a database: streams are directories of plain files, the archive is a clock. Everything
// else (catalog, drivers, media) is real. A Session is one life of the agent; only one may live at a time.

#include <unistd.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <set>

#include "core/catalog/backup_jobs.h"
#include "core/catalog/backup_sets.h"
#include "core/engine/backup/backup_job.h"
#include "core/media/backup_reader.h"
#include "core/storage/destination.h"

namespace seabed::testing_backup {

namespace fs = std::filesystem;

struct FakeFile {
  FileKind kind = FileKind::kMajor;
  uint64_t tablet = 1;
  int level = 6;
  std::string identity;   // empty: none
};

/// What a stream's database is: survives sessions.
struct FakeDatabase {
  fs::path directory;
  std::map<std::string, FakeFile> files;
  std::vector<Tablet> tablets;
  std::string version;    // of its engine, in what the adapter tells of it
};

class FakeStream : public StreamSource {
 public:
  FakeStream(uint64_t ls, FakeDatabase& database, fs::path pins) : ls_(ls), database_(database), pins_(std::move(pins)) {}
  uint64_t ls_id() const override { return ls_; }
  std::string describe() const override { return "fake " + std::to_string(ls_); }
  Status attach(const std::optional<ArchivedState>&) override { return ok(); }
  Result<LogStep> read_step(uint64_t) override { return LogStep{}; }
  void wait(std::chrono::milliseconds, const CancelToken&) override {}
  void release(const Lsn&) override {}
  std::string resume_state() const override { return {}; }
  Lsn position() const override { return {}; }
  Result<std::unique_ptr<Snapshot>> snapshot(const CancelToken&) override;
  StreamHealth health() const override { return {}; }
  std::vector<PreflightFinding> preflight() override { return {}; }
  std::string display(const Lsn&) const override { return "here"; }

  int snapshots = 0;
  std::set<std::string> unopenable;                    // once each: the pin was dropped
  std::function<void(const std::string&)> on_open;     // before each opening
  std::multiset<std::string> released;
  std::mutex mutex;                                    // of both, while a backup runs

 private:
  const uint64_t ls_;
  FakeDatabase& database_;
  const fs::path pins_;
};

class FakeArchiver : public TenantArchiver {
 public:
  void set_bridge(BridgeFn) override {}
  void start() override {}
  void stop() override {}
  void wake() override {}
  ArchiveStatus status() const override { return {}; }
  Status flush(const IoContext&) override { return ok(); }
  Result<Scn> wait_stamp(const RoundRef&, uint64_t ls_id, Scn scn, const IoContext& io) override {
    if (before_covered) SEABED_CHECK(before_covered(ls_id, io));
    return scn + ls_id;   // the streams differ, so that a maximum shows
  }
  Status wait_checkpoint(const RoundRef&, Scn scn, const IoContext& io) override {
    if (before_checkpoint) SEABED_CHECK(before_checkpoint(scn, io));
    return ok();
  }
  Result<Scn> stamp_of(uint64_t ls_id, const Lsn&) override { return Scn{1'000'000'000} + ls_id; }
  StreamSource* source(uint64_t ls_id) override {
    const auto it = streams.find(ls_id);
    if (on_source && !on_source(ls_id)) return nullptr;
    return it == streams.end() ? nullptr : it->second.get();
  }
  std::map<uint64_t, std::unique_ptr<FakeStream>> streams;
  std::function<Status(uint64_t, const IoContext&)> before_covered;   // before a stream's stamp
  std::function<Status(Scn, const IoContext&)> before_checkpoint;     // on two threads
  std::function<bool(uint64_t)> on_source;             // false: not attached yet
};

class BackupRig {
 public:
  BackupRig();
  ~BackupRig();

  struct Session {
    explicit Session(BackupRig& rig);
    std::unique_ptr<Catalog> catalog;
    std::unique_ptr<Storage> storage;
    FakeArchiver archiver;
    EngineContext context;
    CancelToken cancel;
    std::vector<Progress> progress;
    std::string password;                        // of the sets that are submitted

    Result<uint64_t> submit(bool incremental = false);
    Status run(uint64_t job_id);
    /// submit and run; fails the test when either does. Returns the set.
    catalog::BackupSetRow backup(bool incremental = false);
    catalog::BackupJobRow job(uint64_t id);
    catalog::BackupSetRow set(uint64_t id);
    std::vector<catalog::LsTaskRow> ls_tasks(uint64_t job_id);
    void set_parameter(const std::string& name, const std::string& value);
    BackupRig& rig;
  };

  /// Writes a file of pseudo-random content into a stream's database.
  void write(uint64_t ls, const std::string& name, uint64_t size, uint64_t seed, FakeFile facts);
  void remove(uint64_t ls, const std::string& name);
  /// The whole of every file, by stream and name, as a restore would read it: through descriptor, indexes and holders.
  std::map<std::pair<uint64_t, std::string>, std::string> read_set(uint64_t set_id);
  /// The same of the databases as they are now.
  std::map<std::pair<uint64_t, std::string>, std::string> read_databases() const;
  std::vector<std::string> tree() const;         // keys below the destination
  std::string slurp(const std::string& key) const;
  meta::BackupSetDescriptor descriptor(uint64_t set_id);
  uint64_t stored_bytes(const std::string& set_directory) const;   // of macroblock data
  BackupReader reader();

  fs::path base;
  std::map<uint64_t, FakeDatabase> databases;
  uint64_t tenant_id = 0, dest_id = 0;
  std::shared_ptr<const KeyRing> keys;           // of readers

 private:
  void make_tenant();
};

/// Runs `body` in a child process; its exit code, or -signal.
int in_child(const std::function<void()>& body);

}  // namespace seabed::testing_backup
