#pragma once
// A tenant on real media (the restore rig's) with a catalog that knows them, and a clock by hand: second n of
// the rig's time. A Session is one life of the agent; only one may live at a time.

#include <gtest/gtest.h>

#include "core/catalog/catalog.h"
#include "core/engine/clean/clean_job.h"
#include "tests/unit/engine/restore/restore_rig.h"
#include "tests/unit/engine/tagged_storage.h"

namespace seabed::testing_clean {

using testing_restore::at;

struct HandClock : Clock {
  Scn now = 0;
  ClockReading read() override { return {now, 0, 0}; }
};

class CleanRig {
 public:
  static constexpr uint64_t kTenant = 1004, kData = 1001, kArchive = 1002;

  /// `tagging`: both destinations have delete_mode=tagging, on a medium with tags.
  explicit CleanRig(bool tagging = false, uint64_t piece_seconds = 100);

  struct Session {
    explicit Session(CleanRig& rig);
    Result<uint64_t> submit(clean::CleanRequest request = {});
    Status run(uint64_t job);
    /// submit and run.
    Status clean(clean::CleanRequest request = {});
    clean::CleanDecision explain(clean::CleanRequest request = {});
    Status turn();  // of the hourly run
    catalog::DeleteJobRow job(uint64_t id);
    std::vector<catalog::DeleteTaskRow> tasks(uint64_t job);
    std::vector<catalog::BackupSetRow> sets();
    std::vector<catalog::PieceRow> pieces();
    /// Ids whose FILE_STATUS is that.
    std::set<uint64_t> sets_in(const std::string&file_status), pieces_in(const std::string&file_status);
    void change_set(uint64_t id, const std::function<void(catalog::BackupSetRow&)>& change);
    void add_restore(const std::string& sets);
    template <class F>
    void transact(F f) {
      auto done = catalog->transact(f);
      EXPECT_TRUE(done) << done.error().message();
    }

    CleanRig& rig;
    std::unique_ptr<Catalog> catalog;
    EngineContext context;
    CancelToken cancel;
    std::vector<Progress> progress;
  };

  void set_policy(const std::string& window, const std::string& name = "default");
  void drop_policy();
  /// Log up to `second`, which is now.
  void advance(uint64_t second);
  /// Time passes and no log comes (DEFER, a medium that is away, a gap): `status` is the round's.
  void stand_still(uint64_t second, const std::string& status);
  /// The round was stopped, what nobody archived is lost; the next one begins now.
  void next_round();
  /// Group `second` of the stream, which is not archived yet, has a hole before it.
  void put_hole(uint64_t ls, uint64_t second);
  /// A backup that began now and ended `took` seconds later; it replays from `replay` (0: now) on and has what holes
  /// before `covers` left out. Returns its id.
  uint64_t backup(bool full, uint64_t took, uint64_t replay = 0, uint64_t covers = 0);
  /// One that failed or was cancelled after `took` seconds.
  uint64_t failed_backup(bool full, uint64_t took);
  /// Of sets or pieces that have an object, one without the tag of what is deleted.
  std::set<std::string> directories(const std::string& root) const;
  std::shared_ptr<ObjectStore> store(const std::string& dir);
  uint64_t now() const { return now_; }

  testing_restore::Rig media;
  TaggedStorage tagged{*media.storage};
  HandClock clock;
  clean::CleanTools tools;
  uint64_t boot_seconds = 0;  // the witness's; 0: it runs with the clock
  std::string data_uri, archive_uri;

 private:
  void make_catalog();
  void tell_catalog(const std::function<Status(Transaction&)>& change);
  Status tell_round(Transaction& tx, const std::string& status);
  Status tell_pieces(Transaction& tx);
  Status tell_holes(Transaction& tx, const catalog::BackupSetRow& set, uint64_t covers);
  void pass(uint64_t second, const std::string& status);
  catalog::BackupSetRow row_of(bool full, uint64_t took);

  uint64_t now_ = 0, sets_ = 0, full_ = 0, incremental_ = 0;
  size_t told_pieces_ = 0;  // frozen in the catalog too
};

}  // namespace seabed::testing_clean
