// Policies of cleanup (reference: statements, section 8).
#include "core/catalog/delete_policies.h"

#include "tests/unit/catalog/scratch_catalog.h"

namespace seabed::test {
namespace {

using namespace catalog;

TEST(RecoveryWindow, HasAUnit) {
  EXPECT_EQ(*parse_recovery_window("7d"), 7 * 86'400'000'000ull);
  EXPECT_EQ(*parse_recovery_window("36H"), 36 * 3'600'000'000ull);
  EXPECT_EQ(*parse_recovery_window("5m"), 300'000'000u);
  EXPECT_EQ(*parse_recovery_window("9s"), 9'000'000u);
  for (const char* zero : {"", "0", "0d"}) EXPECT_EQ(*parse_recovery_window(zero), 0u) << zero;
  for (const char* bad : {"7", "d", "-1d", "1.5d", "7 d", "7dd", "1w", "36501d", "99999999999999999999d",
                          "18446744073709551615d"})
    EXPECT_FALSE(parse_recovery_window(bad)) << bad;
}

class DeletePolicies : public ScratchCatalog {};

TEST_F(DeletePolicies, OneATenant) {
  open();
  must([](Transaction& tx) { return add_delete_policy(tx, {1002, "default", "7d"}); });
  must([](Transaction& tx) { return add_delete_policy(tx, {1004, "log_only", ""}); });
  auto code = [&](DeletePolicyRow row) {
    return error_of([&](Transaction& tx) { return add_delete_policy(tx, row); }).code;
  };
  EXPECT_EQ(code({1002, "log_only", "1d"}), Code::kAlreadyExists);
  EXPECT_EQ(code({1006, "mine", "1d"}), Code::kInvalidArgument);
  EXPECT_EQ(code({1006, "default", "soon"}), Code::kInvalidArgument);
  EXPECT_EQ(error_of([](Transaction& tx) { return drop_delete_policy(tx, 1002, "log_only"); }).code,
            Code::kNotFound);
  must([](Transaction& tx) -> Status {
    SEABED_TRY(auto all, list_delete_policies(tx));
    EXPECT_EQ(all.size(), 2u);
    SEABED_CHECK(drop_delete_policy(tx, 1002, "default"));
    SEABED_TRY(auto left, list_delete_policies(tx));
    EXPECT_EQ(left.size(), 1u);
    EXPECT_EQ(left.at(0).policy_name, "log_only");
    return ok();
  });
}

}  // namespace
}  // namespace seabed::test
