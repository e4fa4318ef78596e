#include "wal_writer.h"

#include <poll.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/utilities/optimistic_transaction_db.h>
#include <rocksdb/utilities/transaction_db.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/source/rocksdb/write_batch.h"

namespace seabed::test {

void Child::Line::say(char c) const { (void)!::write(fd_, &c, 1); }
char Child::Line::hear() const {
  char c = 0;
  ssize_t n = 0;
  pollfd p{fd_, POLLIN, 0};
  constexpr int kPatienceMs = 90'000;
  if (::poll(&p, 1, kPatienceMs) == 0) return 0;
  do n = ::read(fd_, &c, 1);
  while (n < 0 && errno == EINTR);
  return n == 1 ? c : '\0';
}
bool Child::Line::heard() const {
  pollfd p{fd_, POLLIN, 0};
  return ::poll(&p, 1, 0) == 1;
}

Child::Child(const std::function<int(Line&)>& body) {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return;
  pid_ = ::fork();
  if (pid_ == 0) {
    ::close(pair[0]);
    Line line(pair[1]);
    ::_exit(body(line));
  }
  ::close(pair[1]);
  fd_ = pair[0];
  line_ = Line(fd_);
}

Child::~Child() {
  kill();
  if (fd_ >= 0) ::close(fd_);
}
int Child::wait() {
  if (pid_ < 0) return -1;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
void Child::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  wait();
}
bool Child::running() { return pid_ > 0 && ::kill(pid_, 0) == 0; }

namespace {
using rocksdb::ColumnFamilyHandle;

void check(const rocksdb::Status& s, const char* what) {
  if (s.ok()) return;
  std::fprintf(stderr, "writer: %s: %s\n", what, s.ToString().c_str());
  ::_exit(3);
}

rocksdb::Options options_of(const Flavour& f) {
  rocksdb::Options o;
  o.create_if_missing = o.create_missing_column_families = true;
  o.write_buffer_size = f.write_buffer;
  o.level0_file_num_compaction_trigger = 3;
  o.max_bytes_for_level_base = 1 << 20;
  o.target_file_size_base = 128 << 10;
  if (f.keep_wals) o.WAL_ttl_seconds = 3600;
  o.two_write_queues = f.two_queues;
  if (f.zstd) o.wal_compression = rocksdb::kZSTD;
  if (f.recycle) {  // switched off silently by the stricter recovery modes
    o.recycle_log_file_num = 2;
    o.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
  }
  o.manual_wal_flush = f.manual_flush;
  o.enable_pipelined_write = f.pipelined;
  o.unordered_write = f.unordered;
  if (f.unordered) o.allow_concurrent_memtable_write = true;
  o.enable_blob_files = f.blobs;
  o.min_blob_size = 100;
  o.avoid_flush_during_recovery = o.avoid_flush_during_shutdown = f.keeps_memtables;
  o.atomic_flush = o.track_and_verify_wals_in_manifest = f.atomic_flush;
  if (f.small_manifest) o.max_manifest_file_size = 2000;
  o.wal_dir = f.wal_directory;
  return o;
}

uint64_t real_now() {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(t.tv_nsec);
}

struct Db {
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::TransactionDB* transactions = nullptr;
  rocksdb::OptimisticTransactionDB* optimistic = nullptr;
  std::vector<ColumnFamilyHandle*> handles;

  void close() {
    for (ColumnFamilyHandle* h : handles) db->DestroyColumnFamilyHandle(h);
    handles.clear();
    db.reset();
  }

  void open(const std::string& directory, const Flavour& f) {
    const rocksdb::Options o = options_of(f);
    std::vector<std::string> names;
    if (!rocksdb::DB::ListColumnFamilies(o, directory, &names).ok()) names = {"default", "second"};
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& n : names) families.emplace_back(n, o);
    if (f.policy == Policy::kNone) {
      rocksdb::DB* plain = nullptr;
      check(rocksdb::DB::Open(o, directory, families, &handles, &plain), "open");
      db.reset(plain);
    } else if (f.policy == Policy::kOptimistic) {
      check(rocksdb::OptimisticTransactionDB::Open(o, directory, families, &handles, &optimistic),
            "open optimistic");
      db.reset(optimistic);
    } else {
      rocksdb::TransactionDBOptions t;
      t.write_policy = f.policy == Policy::kCommitted  ? rocksdb::TxnDBWritePolicy::WRITE_COMMITTED
                       : f.policy == Policy::kPrepared ? rocksdb::TxnDBWritePolicy::WRITE_PREPARED
                                                       : rocksdb::TxnDBWritePolicy::WRITE_UNPREPARED;
      check(rocksdb::TransactionDB::Open(o, t, directory, families, &handles, &transactions),
            "open transactions");
      db.reset(transactions);
      std::vector<rocksdb::Transaction*> left;  // by a life that was killed: their names come again
      transactions->GetAllPreparedTransactions(&left);
      for (rocksdb::Transaction* t : left) {
        check(t->Rollback(), "roll back what was left");
        delete t;
      }
    }
  }
};

std::string key(uint64_t n) { return "key" + std::to_string(n % 977); }
std::string value(uint64_t n) {
  return std::string(20 + n * 37 % 700 + (n % 101 == 0 ? 70000 : 0), static_cast<char>('a' + n % 26));
}

void fill(rocksdb::WriteBatchBase& b, Db& db, uint64_t n, bool deletes_range) {
  for (uint64_t k = 0; k <= n % 4; ++k) check(b.Put(db.handles[(n + k) % 2], key(n + k), value(n)), "put");
  if (n % 5 == 0) check(b.Delete(db.handles[1], key(n / 2)), "delete");
  if (n % 7 == 0) check(b.Put(db.handles[0], key(n), "again"), "put again");  // the same key twice
  if (n % 11 == 0 && deletes_range) check(b.DeleteRange(db.handles[0], "key5", "key6"), "delete range");
}

void write_one(Db& db, const Flavour& f, uint64_t n, uint64_t writer) {
  if (db.transactions != nullptr && n % 3 != 0) {
    rocksdb::TransactionOptions o;
    o.write_batch_flush_threshold = f.policy == Policy::kUnprepared ? 200 : -1;
    o.lock_timeout = 10000;
    std::unique_ptr<rocksdb::Transaction> t(db.transactions->BeginTransaction({}, o));
    check(t->SetName("xid" + std::to_string(writer) + "-" + std::to_string(n)), "name");
    const std::string mine = "w" + std::to_string(writer);
    for (uint64_t k = 0; k <= n % 4; ++k)
      check(t->Put(db.handles[k % 2], mine + key(n + k), value(n)), "txn put");
    if (n % 4 == 0) check(t->Put(db.handles[0], mine + key(n), "twice"), "txn put twice");
    if (n % 2 == 0) {
      check(t->Prepare(), "prepare");
      check(n % 10 == 0 ? t->Rollback() : t->Commit(), "end");
    } else {
      check(t->Commit(), "commit");
    }
    return;
  }
  if (db.optimistic != nullptr && n % 2 == 0) {
    std::unique_ptr<rocksdb::Transaction> t(db.optimistic->BeginTransaction({}));
    check(t->Put("hot", value(n)), "optimistic put");
    (void)t->Commit();  // may lose against another thread
    return;
  }
  rocksdb::WriteBatch b;
  if (f.stamps) check(b.PutLogData(rocksdb_source::encode_stamp(real_now())), "stamp");
  fill(b, db, n, db.transactions == nullptr && db.optimistic == nullptr);
  if (n % 13 == 0 && !f.stamps) check(b.PutLogData("a blob of the application"), "log data");
  rocksdb::WriteOptions w;
  w.sync = n % 50 == 0;
  check(db.db->Write(w, &b), "write");
  if (f.manual_flush && n % 20 == 0) check(db.db->FlushWAL(false), "flush wal");
}
}  // namespace

namespace {
void open_kept(Db& db, const std::string& directory, const Flavour& f) {
  db.open(directory, f);
  if (f.manifest_links.empty()) return;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename();
    std::error_code there;
    if (name.starts_with("MANIFEST-")) std::filesystem::create_hard_link(entry.path(), f.manifest_links + "/" + name, there);
  }
}
}  // namespace

int write_flavour(const std::string& directory, const Flavour& f, uint64_t batches, uint64_t pause_at,
                  Child::Line& line) {
  Db db;
  open_kept(db, directory, f);
  std::atomic<uint64_t> next{1};
  std::mutex pause;
  const auto work = [&](uint64_t writer) {
    for (uint64_t n = next++; n <= batches; n = next++) {
      if (n == pause_at) {
        line.say('p');
        line.hear();
      }
      write_one(db, f, n, writer);
      if (f.threads > 1) continue;
      if (f.families_come_and_go && n % 50 == 0) {
        ColumnFamilyHandle* h = nullptr;
        check(db.db->CreateColumnFamily(options_of(f), "cf" + std::to_string(n), &h), "create family");
        check(db.db->Put({}, h, "k", value(n)), "put into it");
        if (n % 100 == 0) check(db.db->DropColumnFamily(h), "drop family");
        check(db.db->DestroyColumnFamilyHandle(h), "handle");
      }
      if (f.reopen && n % 97 == 0) {
        db.close();
        open_kept(db, directory, f);
      }
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < f.threads; ++i) threads.emplace_back(work, static_cast<uint64_t>(i));
  work(0);
  for (std::thread& t : threads) t.join();
  if (f.manual_flush) check(db.db->FlushWAL(true), "flush wal");
  line.say('d');
  line.hear();
  db.close();
  return 0;
}

int write_script(const std::string& directory, const std::string& script, const Flavour& f,
                 Child::Line& line) {
  Db db;
  db.open(directory, f);
  uint64_t n = 0;
  ColumnFamilyHandle* extra = nullptr;
  std::unique_ptr<rocksdb::Transaction> open_transaction;
  const auto sst = [&](const std::string& prefix) {
    const std::string file = directory + ".ingest" + std::to_string(n);
    rocksdb::SstFileWriter w({}, options_of(f));
    check(w.Open(file), "sst open");
    for (int i = 0; i < 20; ++i) check(w.Put(prefix + std::to_string(100 + i), "ingested"), "sst put");
    check(w.Finish(), "sst finish");
    return file;
  };
  for (const char c : script) {
    ++n;
    rocksdb::WriteOptions w;
    switch (c) {
      case 'n': w.disableWAL = true; [[fallthrough]];
      case 'w': {
        rocksdb::WriteBatch b;
        if (f.stamps) check(b.PutLogData(rocksdb_source::encode_stamp(real_now())), "stamp");
        fill(b, db, n, db.transactions == nullptr);
        check(b.Put("key" + std::to_string(100 + n % 20), value(n)), "put");
        check(db.db->Write(w, &b), "write");
        break;
      }
      case 'B': {
        rocksdb::WriteBatch b;
        for (int i = 0; i < 3; ++i) check(b.Put("big" + std::to_string(i), std::string(1 << 20, 'b')), "put");
        check(db.db->Write(w, &b), "write");
        break;
      }
      case 'i': check(db.db->IngestExternalFile({sst("key")}, {}), "ingest"); break;
      case 'j': check(db.db->IngestExternalFile({sst("z" + std::to_string(n) + "-")}, {}), "ingest"); break;
      case 'W': check(db.db->FlushWAL(false), "flush the log"); break;
      case 'f': check(db.db->Flush({}, db.handles), "flush"); break;
      case 'c': check(db.db->CompactRange({}, nullptr, nullptr), "compact"); break;
      case 'D': check(rocksdb::DeleteFilesInRange(db.db.get(), db.handles[0], nullptr, nullptr), "delete files"); break;
      case 'E': check(db.db->DeleteRange({}, db.handles[0], "", "~"), "delete all"); break;
      case 'F': {  // all files of the family to level 3
        rocksdb::ColumnFamilyMetaData meta;
        db.db->GetColumnFamilyMetaData(db.handles[0], &meta);
        std::vector<std::string> names;
        for (const auto& level : meta.levels)
          for (const auto& file : level.files) names.push_back(file.name);
        check(db.db->CompactFiles({}, db.handles[0], names, 3), "compact files");
        break;
      }
      case 'g':
        check(db.db->CreateColumnFamily(options_of(f), "extra" + std::to_string(n), &extra), "family");
        db.handles.push_back(extra);
        break;
      case 'x':
        check(db.db->DropColumnFamily(db.handles.back()), "drop");
        check(db.db->DestroyColumnFamilyHandle(db.handles.back()), "handle");
        db.handles.pop_back();
        break;
      case 'm': {
        rocksdb::Checkpoint* raw = nullptr;
        check(rocksdb::Checkpoint::Create(db.db.get(), &raw), "checkpoint");
        const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
        rocksdb::ExportImportFilesMetaData* files = nullptr;
        check(
            checkpoint->ExportColumnFamily(db.handles[0], directory + ".export" + std::to_string(n), &files),
            "export");
        ColumnFamilyHandle* h = nullptr;
        check(db.db->CreateColumnFamilyWithImport(options_of(f), "imported", {}, *files, &h), "import");
        check(db.db->DestroyColumnFamilyHandle(h), "handle");
        delete files;
        break;
      }
      case 'r':
        db.close();
        db.open(directory, f);
        break;
      case 'o':
        check(db.db->SetOptions({{"target_file_size_base", std::to_string(100000 + n)}}), "options");
        break;
      case 't':
        open_transaction.reset(db.transactions->BeginTransaction({}));
        check(open_transaction->SetName("open"), "name");
        for (int i = 0; i < 5; ++i) check(open_transaction->Put("open" + std::to_string(i), value(n)), "put");
        check(open_transaction->Prepare(), "prepare");
        break;
      case 'T':
        check(open_transaction->Commit(), "commit");
        open_transaction.reset();
        break;
      case '|':
        line.say('|');
        line.hear();
        break;
      default: return 4;
    }
  }
  line.say('d');
  line.hear();
  open_transaction.reset();
  db.close();
  return 0;
}

}  // namespace seabed::test
