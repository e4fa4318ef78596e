#include "backup_rig.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "core/catalog/destinations.h"
#include "core/catalog/parameters.h"
#include "core/catalog/rounds.h"
#include "core/catalog/tenants.h"
#include "core/format/stored_page.h"
#include "core/media/format_file.h"

namespace seabed::testing_backup {
namespace {

std::string read_all(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Hard links, as the real thing makes them.
struct FakeSnapshot : Snapshot {
  fs::path pins;
  ~FakeSnapshot() override { fs::remove_all(pins); }
  FakeStream* stream = nullptr;
  void release(size_t index) override {
    {
      std::lock_guard lock(stream->mutex);
      stream->released.insert(files[index].name);
    }
    fs::remove(pins / files[index].name);
  }
};

}  // namespace

Result<std::unique_ptr<Snapshot>> FakeStream::snapshot(const CancelToken&) {
  auto out = std::make_unique<FakeSnapshot>();
  out->stream = this;
  out->pins = pins_ / std::to_string(++snapshots);
  fs::create_directories(out->pins);
  for (const auto& [name, facts] : database_.files) {
    const fs::path pin = out->pins / name;
    fs::create_hard_link(database_.directory / name, pin);
    SnapshotFile file{.name = name, .kind = facts.kind, .tablet = facts.tablet, .size = fs::file_size(pin),
                      .level = facts.level, .identity = facts.identity};
    file.open = [this, pin, name = name]() -> Result<Fd> {
      if (on_open) on_open(name);
      const bool dropped = (std::lock_guard(mutex), unopenable.erase(name) != 0);
      if (dropped) return fail(Code::kNotFound, name, "its pin was dropped");
      Fd fd(::open(pin.c_str(), O_RDONLY | O_CLOEXEC));
      if (!fd) return fail_errno(name, "cannot be opened", errno);
      return fd;
    };
    out->files.push_back(std::move(file));
  }
  std::ranges::stable_sort(out->files, {}, [](const SnapshotFile& f) { return f.kind != FileKind::kSystem; });
  out->incarnation = 1;
  out->start_replay = Lsn{"start"};
  out->taken_scn = system_clock().read().now;
  out->recovery = "facts of " + std::to_string(ls_) + database_.version;
  out->tablets = database_.tablets;
  out->turns_needed = 1;
  return out;
}

BackupRig::BackupRig() {
  setenv("SEABED_TEST_RETRY_MS", "10", 1);
  setenv("SEABED_TEST_DATA_FILE_FLOOR", "1", 1);
  std::string name = (fs::temp_directory_path() / "seabed-backup-XXXXXX").string();
  base = mkdtemp(name.data());
  for (uint64_t ls : {1, 1001}) {
    databases[ls].directory = base / ("db" + std::to_string(ls));
    fs::create_directories(databases[ls].directory);
  }
  databases[1001].tablets = {{0, "", "default", "{}"}, {1, "shop", "orders", "{}"}, {2, "shop", "items", "{}"}};
  write(1, "dictionary.fold", 5000, 1, {FileKind::kSystem, 0, 0, ""});
  write(1001, "MANIFEST-000005", 70'000, 2, {FileKind::kSystem, 0, 0, ""});
  write(1001, "OPTIONS-000007", 6'000, 3, {FileKind::kSystem, 0, 0, ""});
  write(1001, "000010.sst", 3'000'000, 10, {FileKind::kMajor, 1, 6, "ten"});
  write(1001, "000011.sst", 4'194'304, 11, {FileKind::kMajor, 2, 6, "eleven"});
  write(1001, "000012.sst", 100, 12, {FileKind::kMajor, 1, 6, "twelve"});
  write(1001, "000020.sst", 700'000, 20, {FileKind::kMinor, 1, 0, "twenty"});
  make_tenant();
}

BackupRig::~BackupRig() { fs::remove_all(base); }

void BackupRig::make_tenant() {
  auto catalog = *Catalog::open({.path = (base / "catalog.db").string()});
  auto storage = *Storage::create({.driver_directories = {SEABED_TEST_DRIVERS}});
  const Uri uri = *parse_uri("file://" + (base / "dest").string());
  auto made = catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(auto tenant, catalog::ensure_tenant(tx, "shop", "mysql", "UTC"));
    tenant_id = tenant.tenant_id;
    SEABED_TRY(dest_id, catalog::next_dest_id(tx));
    SEABED_TRY(auto store, storage->open(uri));
    DestinationFacts facts{.cluster_id = 1, .cluster_name = "test", .tenant_id = tenant_id, .tenant_name = "shop",
                           .dest_id = dest_id, .time_zone = "UTC", .mode = "mysql"};
    SEABED_CHECK(claim_destination(*store, facts, {}));
    SEABED_CHECK(catalog::insert_destination(tx, {.dest_id = dest_id, .tenant_id = tenant_id, .identity = uri.identity(),
                                                  .path = uri.redacted(), .uri = "file://" + (base / "dest").string()}));
    return catalog::insert_round(tx, {.tenant_id = tenant_id, .dest_id = 900, .round_id = 1, .status = "DOING"});
  });
  EXPECT_TRUE(made) << made.error().message();
}

BackupRig::Session::Session(BackupRig& r) : rig(r) {
  auto opened = Catalog::open({.path = (rig.base / "catalog.db").string()});
  EXPECT_TRUE(opened) << opened.error().message();
  catalog = std::move(*opened);
  storage = *Storage::create({.driver_directories = {SEABED_TEST_DRIVERS}});
  context.cluster_name = "test";
  context.catalog = catalog.get();
  context.storage = storage.get();
  context.clock = &system_clock();
  fs::remove_all(rig.base / "pins");   // of a dead process
  TenantConfig tenant;
  tenant.name = "shop";
  tenant.tenant_id = rig.tenant_id;
  for (auto& [ls, database] : rig.databases) {
    archiver.streams[ls] = std::make_unique<FakeStream>(ls, database, rig.base / "pins" / std::to_string(ls));
    if (ls == 1) continue;
    LogStreamConfig stream;
    stream.ls_id = ls;
    stream.stream.directory = database.directory;
    tenant.streams.push_back(stream);
  }
  context.tenants.push_back(std::move(tenant));
}

Result<uint64_t> BackupRig::Session::submit(bool incremental) {
  return submit_backup(context, {.tenant_id = rig.tenant_id, .incremental = incremental, .encryption_password = password});
}

Status BackupRig::Session::run(uint64_t job_id) {
  return run_backup(context, archiver, job_id, [this](const Progress& p) { progress.push_back(p); }, cancel);
}

catalog::BackupSetRow BackupRig::Session::backup(bool incremental) {
  auto id = submit(incremental);
  EXPECT_TRUE(id) << id.error().message();
  if (!id) return {};
  auto done = run(*id);
  EXPECT_TRUE(done) << done.error().message();
  return set(job(*id).backup_set_id);
}

catalog::BackupJobRow BackupRig::Session::job(uint64_t id) {
  return **catalog->get<std::optional<catalog::BackupJobRow>>(
      [&](Transaction& tx) { return catalog::find_backup_job(tx, id); });
}

catalog::BackupSetRow BackupRig::Session::set(uint64_t id) {
  auto row = *catalog->get<std::optional<catalog::BackupSetRow>>(
      [&](Transaction& tx) { return catalog::find_backup_set(tx, rig.tenant_id, id); });
  return row.value_or(catalog::BackupSetRow{});
}

std::vector<catalog::LsTaskRow> BackupRig::Session::ls_tasks(uint64_t job_id) {
  return *catalog->get<std::vector<catalog::LsTaskRow>>([&](Transaction& tx) -> Result<std::vector<catalog::LsTaskRow>> {
    SEABED_TRY(auto task, catalog::find_set_task(tx, job_id));
    return catalog::list_ls_tasks(tx, task->task_id);
  });
}

void BackupRig::Session::set_parameter(const std::string& name, const std::string& value) {
  auto done = catalog->transact([&](Transaction& tx) { return catalog::set_parameter(tx, rig.tenant_id, name, value); });
  ASSERT_TRUE(done) << done.error().message();
}

void BackupRig::write(uint64_t ls, const std::string& name, uint64_t size, uint64_t seed, FakeFile facts) {
  std::string content(size, 'x');
  std::mt19937_64 random(seed);
  for (size_t i = 0; i + 8 <= size; i += 8) {
    const uint64_t v = random();
    std::memcpy(&content[i], &v, 8);
  }
  fs::remove(databases[ls].directory / name);   // a pinned one stays as it is
  std::ofstream(databases[ls].directory / name, std::ios::binary) << content;
  databases[ls].files[name] = std::move(facts);
}

void BackupRig::remove(uint64_t ls, const std::string& name) {
  fs::remove(databases[ls].directory / name);
  databases[ls].files.erase(name);
}

std::map<std::pair<uint64_t, std::string>, std::string> BackupRig::read_databases() const {
  std::map<std::pair<uint64_t, std::string>, std::string> out;
  for (const auto& [ls, database] : databases)
    for (const auto& [name, facts] : database.files) out[{ls, name}] = read_all(database.directory / name);
  return out;
}

std::string BackupRig::slurp(const std::string& key) const { return read_all(base / "dest" / key); }

std::vector<std::string> BackupRig::tree() const {
  std::vector<std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(base / "dest"))
    if (entry.is_regular_file()) out.push_back(fs::relative(entry.path(), base / "dest"));
  std::ranges::sort(out);
  return out;
}

uint64_t BackupRig::stored_bytes(const std::string& set_directory) const {
  uint64_t out = 0;
  for (const auto& key : tree())
    if (key.starts_with(set_directory) && key.find("macro_block_data") != key.npos) out += fs::file_size(base / "dest" / key);
  return out;
}

BackupReader BackupRig::reader() {
  static auto storage = *Storage::create({.driver_directories = {SEABED_TEST_DRIVERS}});
  Medium medium{*storage->open(*parse_uri("file://" + (base / "dest").string()))};
  medium.keys = keys;
  auto reader = *BackupReader::open(std::move(medium));
  EXPECT_TRUE(reader.load());
  return reader;
}

meta::BackupSetDescriptor BackupRig::descriptor(uint64_t set_id) {
  const BackupReader reader = this->reader();
  const SetFacts* set = reader.usable_set(set_id);
  EXPECT_NE(set, nullptr) << "set " << set_id << " is not usable";
  return set == nullptr ? meta::BackupSetDescriptor{} : set->descriptor;
}

std::map<std::pair<uint64_t, std::string>, std::string> BackupRig::read_set(uint64_t set_id) {
  const BackupReader reader = this->reader();
  const SetFacts* set = reader.usable_set(set_id);
  std::map<std::pair<uint64_t, std::string>, std::string> out;
  if (set == nullptr) return out;
  for (const auto& turn : set->descriptor.ls())
    for (const char* kind : kDataKinds) {
      const DataDirectory dir = *BackupReader::directory(*set, turn.ls_id(), kind);
      auto read = reader.each_file(dir, [&](const meta::FileMeta& file) -> Status {
        std::string& content = out[{turn.ls_id(), file.name()}];
        return reader.each_block(BackupReader::holder(dir, file), [&](const meta::MacroRange& block) -> Status {
          if (block.tablet_id() != file.tablet_id() || block.logical_id() != file.logical_id()) return ok();
          std::string bytes(plain_length(block), '\0');
          SEABED_CHECK(reader.read_block(block, bytes));
          content += bytes;
          return ok();
        });
      });
      EXPECT_TRUE(read) << read.error().message();
    }
  return out;
}

int in_child(const std::function<void()>& body) {
  const pid_t pid = fork();
  if (pid == 0) {
    body();
    _exit(0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace seabed::testing_backup
