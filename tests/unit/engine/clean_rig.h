#pragma once
// A tenant on real media (the restore rig's) with a catalog that knows them, and a clock by hand: second n of
// the rig's time. A Session is one life of the agent; only one may live at a time.

#include <gtest/gtest.h>

#include "core/catalog/catalog.h"
#include "core/engine/clean/clean_job.h"
#include "tests/unit/engine/restore/restore_rig.h"

namespace seabed::testing_clean {

using testing_restore::at;

struct HandClock : Clock {
  Scn now = 0;
  ClockReading read() override { return {now, 0, 0}; }
};

class CleanRig {
 public:
  static constexpr uint64_t kTenant = 1004, kData = 1001, kArchive = 1002;

  CleanRig();

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
  /// Log up to `second`, which is now.
  void advance(uint64_t second);
  /// A backup that began now and ended `took` seconds later. Returns its id.
  uint64_t backup(bool full, uint64_t took);
  std::set<std::string> directories(const std::string& root) const;  // of sets or pieces that have an object
  std::shared_ptr<ObjectStore> store(const std::string& dir);
  uint64_t now() const { return now_; }

  testing_restore::Rig media;
  HandClock clock;
  clean::CleanTools tools;
  uint64_t boot_seconds = 0;  // the witness's; 0: it runs with the clock
  std::string data_uri, archive_uri;

 private:
  void make_catalog();
  void tell_catalog(const std::function<Status(Transaction&)>& change);

  uint64_t now_ = 0, sets_ = 0, full_ = 0, pieces_ = 0;
};

}  // namespace seabed::testing_clean
