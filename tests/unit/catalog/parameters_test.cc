// Names, units, ranges and defaults (reference: parameters, section 1).
#include "core/catalog/parameters.h"

#include "core/catalog/sql.h"
#include "tests/unit/catalog/scratch_catalog.h"

namespace seabed::test {
namespace {

using namespace catalog;

uint64_t value(const char* name, const std::string& text) {
  auto got = parse_parameter(**parameter_spec(name), text);
  return got ? *got : UINT64_MAX;
}

TEST(Parameters, TimesAndSizesHaveUnitsAndRanges) {
  EXPECT_EQ(value("archive_lag_target", "0"), 0u);
  EXPECT_EQ(value("archive_lag_target", "0ms"), 0u);
  EXPECT_EQ(value("archive_lag_target", "1500ms"), 1'500'000u);
  EXPECT_EQ(value("archive_lag_target", "120s"), 120'000'000u);
  EXPECT_EQ(value("archive_lag_target", "120"), 120'000'000u);
  EXPECT_EQ(value("archive_lag_target", "2h"), 7'200'000'000u);
  EXPECT_EQ(value("backup_data_file_size", "512"), 512ull << 20);
  EXPECT_EQ(value("backup_data_file_size", "4g"), 4ull << 30);
  for (const char* bad : {"7201s", "3h", "-1s", "1.5s", "", "s", "12x", "99999999999999999999s"})
    EXPECT_EQ(value("archive_lag_target", bad), UINT64_MAX) << bad;
  for (const char* bad : {"511M", "5G", "4T", "18446744073709551615G"})
    EXPECT_EQ(value("backup_data_file_size", bad), UINT64_MAX) << bad;
}

TEST(Parameters, EveryDefaultIsAValueOfItsParameter) {
  for (const auto& spec : known_parameters())
    EXPECT_TRUE(parse_parameter(spec, spec.default_text)) << spec.name;
}

class ParameterRows : public ScratchCatalog {};

TEST_F(ParameterRows, SetOverridesTheDefaultOfOneTenant) {
  open();
  must([](Transaction& tx) { return set_parameter(tx, 1002, "archive_lag_target", "1s"); });
  must([](Transaction& tx) -> Status {
    EXPECT_EQ(*parameter(tx, 1002, "archive_lag_target"), 1'000'000u);
    EXPECT_EQ(*parameter(tx, 1004, "archive_lag_target"), 120'000'000u);
    return ok();
  });
  Error unknown = error_of([](Transaction& tx) { return set_parameter(tx, 1002, "archive_lag", "1s"); });
  EXPECT_EQ(unknown.code, Code::kNotFound);
  Error bad = error_of([](Transaction& tx) { return set_parameter(tx, 1002, "archive_lag_target", "9h"); });
  EXPECT_NE(bad.next_step.find("7200s"), std::string::npos);
}

TEST_F(ParameterRows, ASecretIsSealedInTheFileAndShownToNobody) {
  open();
  const std::string secret = "kms://access?password=THE-SECRET-OF-THE-KMS";
  must([&](Transaction& tx) { return set_parameter(tx, 1002, "external_kms_info", secret); });
  // A row of a program that did not seal yet.
  must([&](Transaction& tx) -> Status {
    SEABED_CHECK(execute(tx, "INSERT INTO parameters (tenant_id, name, value) VALUES (1004, 'external_kms_info', 'THE-SECRET-OF-OLD')"));
    return ok();
  });
  catalog_.reset();
  open();
  must([&](Transaction& tx) -> Status {
    EXPECT_EQ(*parameter_text(tx, 1002, "external_kms_info"), secret);
    EXPECT_EQ(*parameter_text(tx, 1004, "external_kms_info"), "THE-SECRET-OF-OLD") << "sealed at the opening";
    SEABED_TRY(const auto rows, list_parameters(tx, 1002));
    for (const auto& row : rows)
      if (row.name == "external_kms_info") {
        EXPECT_TRUE(row.value == "***" && !row.is_default) << row.value;
      }
    SEABED_TRY(const auto raw, query(tx, "SELECT value FROM parameters WHERE name = 'external_kms_info'", {}, {std::string()}));
    EXPECT_EQ(raw.size(), 2u);
    for (const auto& row : raw) EXPECT_TRUE(std::get<std::string>(row[0]).starts_with("gcm1:"));
    return ok();
  });
  const Error longer = error_of([&](Transaction& tx) {
    return set_parameter(tx, 1002, "external_kms_info", secret + std::string(5000, 'x'));
  });
  EXPECT_EQ(longer.message().find("kms://"), std::string::npos) << longer.message();
  must([](Transaction& tx) { return set_parameter(tx, 1002, "external_kms_info", ""); });
  must([](Transaction& tx) -> Status {
    EXPECT_EQ(*parameter_text(tx, 1002, "external_kms_info"), "");
    return ok();
  });
}

}  // namespace
}  // namespace seabed::test
