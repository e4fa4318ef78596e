// All or nothing: errors, exceptions, a process that dies in the middle, a full disk.
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "core/catalog/rounds.h"
#include "core/catalog/tenants.h"
#include "tests/unit/catalog/scratch_catalog.h"

namespace seabed::test {
namespace {

using catalog::RoundRow;

class TransactionTest : public ScratchCatalog {
 protected:
  size_t rounds() {
    auto rows = catalog_->get<std::vector<RoundRow>>([](auto& tx) { return catalog::list_rounds(tx, 1002); });
    EXPECT_TRUE(rows) << rows.error().message();
    return rows ? rows->size() : 0;
  }
};

RoundRow round(uint64_t id) { return {.tenant_id = 1002, .dest_id = 1001, .round_id = id}; }

TEST_F(TransactionTest, ErrorRollsEverythingBack) {
  open();
  Error error = error_of([](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::insert_round(tx, round(1)));
    return fail(Code::kGap, "x", "stop here");
  });
  EXPECT_EQ(error.code, Code::kGap);
  EXPECT_EQ(rounds(), 0u);
}

TEST_F(TransactionTest, ExceptionRollsBackAndIsReturned) {
  open();
  Error error = error_of([](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::insert_round(tx, round(1)));
    throw std::runtime_error("thrown by the body");
  });
  EXPECT_NE(error.reason.find("thrown by the body"), std::string::npos);
  EXPECT_EQ(rounds(), 0u);
  must([](Transaction& tx) { return catalog::insert_round(tx, round(2)); });  // and the catalog still works
  EXPECT_EQ(rounds(), 1u);
}

TEST_F(TransactionTest, NestingIsRefused) {
  open();
  Error error = error_of([&](Transaction&) { return catalog_->transact([](Transaction&) { return ok(); }); });
  EXPECT_EQ(error.code, Code::kInternal);
}

/// The child commits round 1, inserts round 2 and dies before its COMMIT.
TEST_F(TransactionTest, DeathInTheMiddleKeepsOnlyWhatWasCommitted) {
  pid_t child = fork();
  if (child == 0) {
    auto own = Catalog::open({.path = path()});
    if (!own) _exit(3);
    if (!(*own)->transact([](Transaction& tx) { return catalog::insert_round(tx, round(1)); })) _exit(4);
    (void)(*own)->transact([](Transaction& tx) -> Status {
      if (!catalog::insert_round(tx, round(2))) _exit(5);
      _exit(42);
    });
    _exit(6);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  ASSERT_EQ(WEXITSTATUS(status), 42);
  open();  // the dead process' lock and -wal file are no obstacle
  EXPECT_EQ(rounds(), 1u);
}

TEST_F(TransactionTest, FullDiskSaysSoAndKeepsNothingOfTheStep) {
  auto opened = Catalog::open({.path = path(), .max_bytes = 400'000});
  ASSERT_TRUE(opened) << opened.error().message();
  catalog_ = std::move(*opened);
  must([](Transaction& tx) { return catalog::insert_round(tx, round(1)); });
  Error error = error_of([](Transaction& tx) -> Status {
    for (uint64_t id = 2; id < 1000; ++id) {
      RoundRow row = round(id);
      row.comment = std::string(4000, 'x');
      SEABED_CHECK(catalog::insert_round(tx, row));
    }
    return ok();
  });
  EXPECT_EQ(error.code, Code::kNoSpace) << error.message();
  EXPECT_NE(error.reason.find("full"), std::string::npos) << error.message();
  EXPECT_NE(error.next_step.find("free space"), std::string::npos);
  EXPECT_EQ(rounds(), 1u);
}

}  // namespace
}  // namespace seabed::test
