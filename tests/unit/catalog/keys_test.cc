// Keys in the catalog: made once, rotated, sealed in the file, and nothing of them in a view.
#include "core/catalog/keys.h"

#include <gtest/gtest.h>

#include "core/base/bytes.h"
#include "core/base/fd.h"
#include "core/catalog/parameters.h"
#include "tests/unit/catalog/scratch_catalog.h"

namespace seabed::catalog {
namespace {

class Keys : public test::ScratchCatalog {
 protected:
  void SetUp() override {
    ScratchCatalog::SetUp();
    open();
  }
  MasterKey current() {
    return *catalog_->get<MasterKey>([](Transaction& tx) { return current_master_key(tx, 1, 1002); });
  }
  std::vector<MasterKeyRow> all(uint64_t tenant_id = 0) {
    return *catalog_->get<std::vector<MasterKeyRow>>([&](Transaction& tx) { return list_master_keys(tx, tenant_id); });
  }
};

TEST_F(Keys, AMasterKeyIsMadeAtFirstUseAndStays) {
  const MasterKey first = current();
  EXPECT_EQ(first.id, 1u);
  EXPECT_EQ(first.secret.view().size(), kKeyBytes);
  catalog_.reset();
  open();
  EXPECT_EQ(current().identity, first.identity);
  EXPECT_EQ(current().secret.view(), first.secret.view());
}

TEST_F(Keys, RotationKeepsTheOldOnes) {
  const MasterKey first = current();
  must([](Transaction& tx) -> Status {
    SEABED_CHECK(rotate_master_key(tx, 1, 1002));
    return ok();
  });
  const MasterKey second = current();
  EXPECT_EQ(second.id, 2u);
  EXPECT_NE(second.secret.view(), first.secret.view());
  const auto rows = all(1002);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].key.secret.view(), first.secret.view());
}

TEST_F(Keys, OneOfAnotherClusterIsKeptBesideAndIsNotUsedForWriting) {
  current();
  const MasterKey foreign = *make_master_key(7);
  for (int twice = 0; twice < 2; ++twice)
    must([&](Transaction& tx) { return keep_master_key(tx, {9, 1002, foreign, 5, 0, {}}); });
  EXPECT_EQ(all().size(), 2u);
  EXPECT_NE(current().identity, foreign.identity);
}

TEST_F(Keys, TheFileHoldsNoSecretInClear) {
  const MasterKey key = current();
  const Secret data = *random_key(), hash = *random_key();
  must([&](Transaction& tx) { return insert_set_key(tx, {1002, 3, "wrap", data, hash}); });
  catalog_.reset();
  std::string bytes;
  for (const char* end : {"", "-wal"})
    if (auto part = read_file(path() + end, 64 << 20)) bytes += *part;
  for (const std::string_view secret : {key.secret.view(), data.view(), hash.view()}) {
    EXPECT_EQ(bytes.find(secret), bytes.npos);
    EXPECT_EQ(bytes.find(to_hex(std::string(secret))), bytes.npos);
  }
}

TEST_F(Keys, ASetsDataKeyIsForgottenAndItsHashKeyStays) {
  const Secret data = *random_key(), hash = *random_key();
  must([&](Transaction& tx) { return insert_set_key(tx, {1002, 3, "wrap", data, hash}); });
  must([](Transaction& tx) { return forget_data_key(tx, 1002, 3); });
  auto row = *catalog_->get<std::optional<SetKeyRow>>([](Transaction& tx) { return find_set_key(tx, 1002, 3); });
  ASSERT_TRUE(row);
  EXPECT_TRUE(row->data_key.empty());
  EXPECT_EQ(row->hash_key.view(), hash.view());
  EXPECT_EQ(row->wrap, "wrap");
}

TEST_F(Keys, ParametersThatTurnThemOnTakeTheirWordsOnly) {
  must([](Transaction& tx) { return set_parameter(tx, 1002, "tde_method", "internal"); });
  must([](Transaction& tx) { return set_parameter(tx, 1002, "backup_compression", "zstd"); });
  for (const auto& [name, value] : {std::pair("tde_method", "bkmi"), std::pair("tde_method", ""), std::pair("backup_compression", "none|zstd")})
    EXPECT_EQ(error_of([&](Transaction& tx) { return set_parameter(tx, 1002, name, value); }).code, Code::kInvalidArgument) << value;
}

TEST_F(Keys, NoViewShowsTheTables) {
  for (const char* table : {"master_keys", "set_keys"})
    EXPECT_FALSE(catalog_->get<Table>([&](Transaction& tx) { return select(tx, std::string("SELECT * FROM ") + table); }));
}

}  // namespace
}  // namespace seabed::catalog
