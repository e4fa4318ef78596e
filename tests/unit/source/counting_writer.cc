#include "counting_writer.h"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/utilities/options_util.h>
#include <rocksdb/utilities/transaction_db.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>

#include "core/source/rocksdb/write_batch.h"

namespace seabed::test {
namespace {

using rocksdb::ColumnFamilyHandle;

std::string key_of(uint64_t n) {
  char text[32];
  std::snprintf(text, sizeof text, "k%06llu", static_cast<unsigned long long>(n * 7919 % 3001));
  return text;
}

std::string value_of(uint64_t n, const std::string& family) {
  std::string text = family + std::to_string(n) + "-";
  const std::string seed = text;
  while (text.size() < 100 + n % 400) text += seed;
  return text;
}

bool has_family(const WriterOptions& o, const std::string& family, uint64_t n) {
  if (family == "late") return o.create_at != 0 && n >= o.create_at;
  if (family == "left") return o.drop_at == 0 || n < o.drop_at;
  return true;
}

/// What batch n does, in order; shared by writer and model.
void apply_batch(const WriterOptions& o, uint64_t n,
                 const std::function<void(const std::string&, const std::string&, const std::string*)>& put) {
  std::vector<std::string> families = o.families;
  if (o.create_at != 0) families.push_back("late");
  for (const std::string& family : families) {
    if (!has_family(o, family, n)) continue;
    const std::string value = value_of(n, family);
    put(family, key_of(n), &value);
    if (n % 5 == 0) put(family, key_of(n / 2), nullptr);
  }
  const std::string counter = std::to_string(n);
  put("default", "counter", &counter);
}

rocksdb::Options db_options(const WriterOptions& o) {
  rocksdb::Options options;
  options.create_if_missing = options.create_missing_column_families = true;
  options.write_buffer_size = o.write_buffer;
  options.level0_file_num_compaction_trigger = 2;
  options.max_bytes_for_level_base = 256 << 10;
  options.target_file_size_base = 64 << 10;
  options.WAL_ttl_seconds = o.wal_ttl_s;  // some tests play the linker with RocksDB's own archive folder
  options.wal_dir = o.wal_dir;
  options.track_and_verify_wals_in_manifest = o.track_wals;
  if (o.manifest_bytes != 0) options.max_manifest_file_size = o.manifest_bytes;
  options.enable_blob_files = o.blobs;
  options.min_blob_size = 200;
  options.blob_file_size = 64 << 10;
  options.enable_blob_garbage_collection = o.blobs;
  if (o.wal_compression == "zstd") options.wal_compression = rocksdb::kZSTD;
  return options;
}

struct OpenDb {
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::TransactionDB* transactions = nullptr;
  std::map<std::string, ColumnFamilyHandle*> families;
  ~OpenDb() {
    for (auto& [name, handle] : families) db->DestroyColumnFamilyHandle(handle);
  }
};

bool open_db(const std::string& directory, const WriterOptions& o, OpenDb* out) {
  const rocksdb::Options options = db_options(o);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& family : o.families) descriptors.emplace_back(family, options);
  std::vector<ColumnFamilyHandle*> handles;
  rocksdb::Status s;
  if (o.transactions) {
    s = rocksdb::TransactionDB::Open(options, {}, directory, descriptors, &handles, &out->transactions);
    out->db.reset(out->transactions);
  } else {
    rocksdb::DB* db = nullptr;
    s = rocksdb::DB::Open(options, directory, descriptors, &handles, &db);
    out->db.reset(db);
  }
  if (!s.ok()) std::fprintf(stderr, "writer: %s\n", s.ToString().c_str());
  for (size_t i = 0; i < handles.size(); ++i) out->families[o.families[i]] = handles[i];
  return s.ok();
}

bool write_batch(OpenDb& db, const WriterOptions& o, uint64_t n) {
  if (!o.transactions) {
    rocksdb::WriteBatch batch;
    apply_batch(o, n, [&](const auto& family, const auto& key, const std::string* value) {
      if (value)
        batch.Put(db.families[family], key, *value);
      else
        batch.Delete(db.families[family], key);
    });
    if (o.stamps_from != 0) batch.PutLogData(rocksdb_source::encode_stamp(o.stamps_from + 1000 * n));
    return db.db->Write({}, &batch).ok();
  }
  std::unique_ptr<rocksdb::Transaction> txn(db.transactions->BeginTransaction({}));
  apply_batch(o, n, [&](const auto& family, const auto& key, const std::string* value) {
    if (value)
      txn->PutUntracked(db.families[family], key, *value);
    else
      txn->DeleteUntracked(db.families[family], key);
  });
  return txn->SetName("t" + std::to_string(n)).ok() && txn->Prepare().ok() && txn->Commit().ok();
}

bool change_families(OpenDb& db, const WriterOptions& o, uint64_t n) {
  if (o.create_at == n && !db.db->CreateColumnFamily(db_options(o), "late", &db.families["late"]).ok())
    return false;
  return o.drop_at != n || db.db->DropColumnFamily(db.families["left"]).ok();
}

bool prepare_only(OpenDb& db) {
  auto* txn = db.transactions->BeginTransaction({});
  return txn->SetName("stays-prepared").ok() && txn->Put("prepared-key", "prepared-value").ok() &&
         txn->Prepare().ok();
}

}  // namespace

std::map<std::string, std::map<std::string, std::string>> model_after(const WriterOptions& o, uint64_t n) {
  std::map<std::string, std::map<std::string, std::string>> out;
  for (const std::string& family : o.families) out[family];
  for (uint64_t i = 1; i <= n; ++i) {
    if (i == o.create_at) out["late"];
    if (i == o.drop_at) out.erase("left");
    apply_batch(o, i, [&](const auto& family, const auto& key, const std::string* value) {
      if (value)
        out[family][key] = *value;
      else
        out[family].erase(key);
    });
  }
  return out;
}

struct CountingWriter::Shared {
  std::atomic<uint64_t> acknowledged{0};
  std::atomic<bool> open{false}, stop{false}, failed{false};
};

CountingWriter::CountingWriter(const std::string& directory, const WriterOptions& options) {
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  shared_ = new (memory) Shared;
  pid_ = ::fork();
  if (pid_ == 0) {
    {
      OpenDb db;
      if (!open_db(directory, options, &db)) ::_exit(1);
      shared_->open = true;
      for (uint64_t n = 1; !shared_->stop; ++n) {
        if (n > options.batches) {
          ::usleep(1000);
          --n;
          continue;
        }
        const bool prepared = n != options.prepare_only_at || prepare_only(db);
        shared_->failed = !prepared || !change_families(db, options, n) || !write_batch(db, options, n);
        if (shared_->failed) ::_exit(1);
        shared_->acknowledged = n;
        if (options.pause_us) ::usleep(static_cast<useconds_t>(options.pause_us));
      }
      if (options.prepare_only_at != 0) ::_exit(0);  // an open transaction: no clean close
    }
    ::_exit(0);
  }
  for (int i = 0; i < 20000 && !shared_->open && ::kill(pid_, 0) == 0; ++i) ::usleep(1000);
}

CountingWriter::~CountingWriter() {
  kill();
  ::munmap(shared_, sizeof(Shared));
}

uint64_t CountingWriter::acknowledged() const { return shared_->acknowledged; }

bool CountingWriter::wait_for(uint64_t batches) const {
  for (int i = 0; i < 60000 && !shared_->failed; ++i) {
    if (shared_->acknowledged >= batches) return true;
    ::usleep(1000);
  }
  return false;
}

void CountingWriter::reap() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

void CountingWriter::stop() {
  shared_->stop = true;
  if (pid_ > 0) reap();
}

void CountingWriter::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  reap();
}

int in_child(const std::function<int()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body());
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

namespace {

std::string difference(const std::map<std::string, std::string>& expected, rocksdb::DB* db,
                       ColumnFamilyHandle* family) {
  std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}, family));
  it->SeekToFirst();
  for (const auto& [key, value] : expected) {
    if (!it->Valid()) return "ends before " + key;
    if (it->key() != key) return "has " + it->key().ToString() + " instead of " + key;
    if (it->value() != value)
      return "has another value of " + key + ": " + it->value().ToString().substr(0, 20);
    it->Next();
  }
  if (it->Valid()) return "has one key too many: " + it->key().ToString();
  return it->status().ok() ? "" : it->status().ToString();
}

std::string compare_open(const std::string& directory, const WriterOptions& o, uint64_t* counter) {
  WriterOptions found = o;
  found.wal_dir.clear();
  rocksdb::Status s = rocksdb::DB::ListColumnFamilies(db_options(o), directory, &found.families);
  if (!s.ok()) return s.ToString();
  OpenDb db;
  if (!open_db(directory, found, &db)) return "cannot be opened";
  std::string text;
  s = db.db->Get({}, "counter", &text);
  if (!s.ok() && !s.IsNotFound()) return s.ToString();
  *counter = text.empty() ? 0 : std::stoull(text);
  const auto model = model_after(o, *counter);
  for (const auto& [name, expected] : model) {
    if (!db.families.contains(name)) return "has no family " + name + " at " + text;
    const std::string differs = difference(expected, db.db.get(), db.families[name]);
    if (!differs.empty()) return "family " + name + " at " + text + " " + differs;
  }
  for (const auto& [name, handle] : db.families)  // one created behind the last batch is there, and empty
    if (!model.contains(name) && !difference({}, db.db.get(), handle).empty())
      return "family " + name + " should not be there";
  if (db.transactions && o.prepare_only_at != 0 && *counter >= o.prepare_only_at) {
    auto* txn = db.transactions->GetTransactionByName("stays-prepared");
    if (txn == nullptr) return "lost the prepared transaction";
    std::string value;
    const bool good =
        txn->Commit().ok() && db.db->Get({}, "prepared-key", &value).ok() && value == "prepared-value";
    delete txn;
    if (!good) return "cannot commit the prepared transaction";
  }
  return "";
}

}  // namespace

std::string compare_with_model(const std::string& directory, const WriterOptions& options,
                               uint64_t* counter) {
  const std::string answer = directory + ".compared";
  const int status = in_child([&] {
    uint64_t n = 0;
    const std::string text = compare_open(directory, options, &n);
    std::ofstream(answer) << n << "\n" << text;
    return 0;
  });
  if (status != 0) return "the comparing process ended with " + std::to_string(status);
  std::ifstream in(answer);
  std::string text, line;
  in >> *counter;
  std::getline(in, line);
  std::getline(in, text);
  ::unlink(answer.c_str());
  return text;
}

}  // namespace seabed::test
