// Backups that encrypt and compress: what they hold, what they refer to, and that every life of a job has keys of its own.
#include <gtest/gtest.h>

#include <fstream>

#include "backup_rig.h"
#include "core/catalog/destinations.h"
#include "core/catalog/tenants.h"
#include "core/engine/keys/reading_keys.h"
#include "core/engine/keys/tenant_keys.h"

namespace seabed::testing_backup {
namespace {

constexpr char kRow[] = "THE-BALANCE-OF-ALICE-IS-4711";
constexpr int kDied = 42;

class BackupKeys : public ::testing::Test, public BackupRig {
 protected:
  void SetUp() override { rows("000012.sst", 600'000); }
  void rows(const std::string& name, size_t size) {
    write(1001, name, 8, 1, {FileKind::kMajor, 1, 6, name});
    std::string content;
    while (content.size() < size) content += kRow + std::to_string(content.size() / 5000);
    std::ofstream(databases[1001].directory / name, std::ios::binary) << content;
  }
  void use_keys(Session& session, KeyAccess access = {}) {
    auto ring = reading_keys(session.context, access, 1, tenant_id, session.cancel);
    ASSERT_TRUE(ring) << ring.error().message();
    keys = *ring;
  }
  void encrypt(Session& session) { session.set_parameter("tde_method", "internal"); }
  bool holds(const std::string& prefix, const std::string& text) {
    for (const auto& key : tree())
      if (key.starts_with(prefix) && slurp(key).find(text) != std::string::npos) return true;
    return false;
  }
  catalog::TenantRow tenant(Session& session) {
    return **session.catalog->get<std::optional<catalog::TenantRow>>(
        [&](Transaction& tx) { return catalog::find_tenant(tx, tenant_id); });
  }
  /// name -> holder
  std::map<std::string, uint64_t> holders(uint64_t set_id) {
    const BackupReader reader = this->reader();
    std::map<std::string, uint64_t> out;
    for (const char* kind : kDataKinds)
      EXPECT_TRUE(reader.each_file(*BackupReader::directory(*reader.usable_set(set_id), 1001, kind), [&](const meta::FileMeta& f) {
        return out[f.name()] = f.holder_set_id(), ok();
      }));
    return out;
  }
};

TEST_F(BackupKeys, AnEncryptedChainRestoresAcrossARotationAndShowsNoRow) {
  Session session(*this);
  EXPECT_EQ(session.backup().encryption_mode, "NONE");
  EXPECT_TRUE(holds("backup_set_1_full/", kRow)) << "so that the search below can fail";
  encrypt(session);
  EXPECT_EQ(session.backup().encryption_mode, "TRANSPARENT_ENCRYPTION");
  rows("000030.sst", 300'000);
  session.backup(true);
  ASSERT_TRUE(rotate_keys(session.context, tenant(session)));
  rows("000031.sst", 300'000);
  session.backup(true);
  use_keys(session);
  for (uint64_t set : {3, 4}) EXPECT_FALSE(holds("backup_set_" + std::to_string(set) + "_inc/", kRow));
  EXPECT_FALSE(holds("backup_set_2_full/", kRow));
  EXPECT_EQ(read_set(4), read_databases());
  const auto of = holders(4);
  EXPECT_EQ(of.at("000012.sst"), 2u);
  EXPECT_EQ(of.at("000030.sst"), 3u);
  EXPECT_EQ(of.at("000031.sst"), 4u);
  EXPECT_NE(descriptor(2).key().master_key(), descriptor(4).key().master_key());
  keys.reset();
  const BackupReader locked = reader();
  EXPECT_EQ(locked.set_key(4).error().ob_error, 9047);
}

TEST_F(BackupKeys, ASetRefersOnlyToBytesProtectedAsItsOwn) {
  Session session(*this);
  session.backup();
  encrypt(session);
  auto set = session.backup(true);
  EXPECT_EQ(set.backup_type, "I");
  for (const auto& [name, holder] : holders(2)) EXPECT_EQ(holder, 2u) << name << ": plain bytes are not referred to";
  EXPECT_FALSE(holds("backup_set_2_inc/", kRow));
  session.set_parameter("tde_method", "none");
  session.backup(true);
  for (const auto& [name, holder] : holders(3)) EXPECT_EQ(holder, 3u) << name << ": nor encrypted ones by a plain set";
  session.backup(true);
  for (const auto& [name, holder] : holders(4)) EXPECT_EQ(holder, 3u) << name;
  EXPECT_EQ(read_set(4), read_databases()) << "without any key";
}

TEST_F(BackupKeys, PasswordsOfSetsAreNeededEach) {
  Session session(*this);
  session.password = "first";
  EXPECT_EQ(session.backup().encryption_mode, "PASSWORD");
  session.password = "second";
  rows("000030.sst", 300'000);
  session.backup(true);
  EXPECT_EQ(holders(2).at("000012.sst"), 1u) << "referred to, although the password is another";
  EXPECT_FALSE(holds("", kRow));
  for (const auto& given : {std::vector<std::string>{}, {"first"}, {"second"}, {"wrong", "first"}}) {
    use_keys(session, {given, "", ""});
    const BackupReader reader = this->reader();
    EXPECT_FALSE(reader.set_key(1) && reader.set_key(2)) << given.size();
    const auto refused = reader.set_key(1) ? reader.set_key(2) : reader.set_key(1);
    EXPECT_EQ(refused.error().ob_error, 9047);
  }
  use_keys(session, {{"first", "second"}, "", ""});
  EXPECT_EQ(read_set(2), read_databases());
  EXPECT_FALSE(holds("", "first")) << "nor is a password anywhere";
}

TEST_F(BackupKeys, NothingOpensAPasswordsSetButThePasswordAfterTheJob) {
  Session session(*this);
  session.password = "first";
  session.backup();
  auto row = *session.catalog->get<std::optional<catalog::SetKeyRow>>(
      [&](Transaction& tx) { return catalog::find_set_key(tx, tenant_id, 1); });
  ASSERT_TRUE(row);
  EXPECT_TRUE(row->data_key.empty());
}

TEST_F(BackupKeys, AResumedJobGoesOnWithItsSetsKeyAndAnotherAttemptsKey) {
  {
    Session session(*this);
    encrypt(session);
    session.set_parameter("backup_compression", "zstd");
  }
  for (const char* state : {"backup/INIT", "backup/DOING", "backup/BACKUP_DATA_MINOR", "backup/BACKUP_DATA_MAJOR", "backup/COMPLETED"}) {
    const int code = in_child([&] {
      Session session(*this);
      session.context.at_state = [&](const std::string& now) {
        if (now == state) _exit(kDied);
      };
      if (auto id = session.submit()) (void)session.run(*id);
    });
    ASSERT_EQ(code, kDied) << state;
    Session session(*this);
    auto jobs = *session.catalog->get<std::vector<catalog::BackupJobRow>>(
        [&](Transaction& tx) { return catalog::unfinished_backup_jobs(tx); });
    ASSERT_EQ(jobs.size(), 1u);
    auto done = session.run(jobs[0].job_id);
    ASSERT_TRUE(done) << done.error().message();
    use_keys(session);
    EXPECT_EQ(read_set(jobs[0].backup_set_id), read_databases()) << state;
  }
  EXPECT_FALSE(holds("", kRow));
}

TEST_F(BackupKeys, CompressionSavesAndIsToldInBytes) {
  Session session(*this);
  session.set_parameter("backup_compression", "none");
  const uint64_t plain = session.backup().output_bytes;
  session.set_parameter("backup_compression", "zstd");
  const auto set = session.backup();
  EXPECT_LT(set.output_bytes + 500'000, plain) << "600 kB of rows shrink to nothing, random files stay";
  EXPECT_EQ(read_set(2), read_databases());
  const auto next = session.backup(true);
  EXPECT_EQ(next.input_bytes, 0u) << "how bytes are packed is no reason to copy them again";
}

TEST_F(BackupKeys, KeysAreBackedUpApartFromWhatTheyOpen) {
  Session session(*this);
  const CancelToken never;
  const std::string safe = "file://" + (base / "safe").string(), data = "file://" + (base / "dest").string();
  auto none = backup_keys(session.context, tenant(session), safe, "pass word", never);
  EXPECT_EQ(none.error().code, Code::kNotFound) << "nothing to back up yet";
  encrypt(session);
  session.backup();
  for (const std::string& shared : {data, data + "/keys", "file://" + base.string()}) {
    auto refused = backup_keys(session.context, tenant(session), shared, "pass word", never);
    ASSERT_FALSE(refused) << shared;
    EXPECT_EQ(refused.error().code, Code::kConflict) << shared;
  }
  session.catalog->transact([&](Transaction& tx) {
    return catalog::clear_destination(tx, tenant_id, catalog::DestinationKind::kData);
  });
  const auto former = backup_keys(session.context, tenant(session), data + "/keys", "pass word", never);
  ASSERT_FALSE(former) << "its sets are there still";
  EXPECT_EQ(former.error().ob_error, 9066);
  auto path = backup_keys(session.context, tenant(session), safe, "pass word", never);
  ASSERT_TRUE(path) << path.error().message();
  auto status = key_status(session.context, tenant(session));
  ASSERT_TRUE(status);
  EXPECT_NE(status->keys.at(0).backed_up_us, 0u);
  ASSERT_TRUE(rotate_keys(session.context, tenant(session)));
  EXPECT_EQ(key_status(session.context, tenant(session))->keys.at(1).backed_up_us, 0u) << "the new one is not backed up";

  // Elsewhere, without a catalog.
  EngineContext bare = session.context;
  bare.catalog = nullptr;
  auto ring = reading_keys(bare, {{}, safe, "pass word"}, 1, tenant_id, never);
  ASSERT_TRUE(ring) << ring.error().message();
  keys = *ring;
  EXPECT_EQ(read_set(1), read_databases());
  EXPECT_EQ(reading_keys(bare, {{}, safe, "pass wort"}, 1, tenant_id, never).error().ob_error, 9047);
  EXPECT_EQ(reading_keys(bare, {{}, safe, ""}, 1, tenant_id, never).error().ob_error, 9047);
  EXPECT_EQ(reading_keys(bare, {{}, "file://" + (base / "nothing").string(), "x"}, 1, tenant_id, never).error().code, Code::kNotFound);
}

}  // namespace
}  // namespace seabed::testing_backup
