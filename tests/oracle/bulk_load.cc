// bulk_load: a database of a given size for the benches, quickly; --rewrite changes a part of it; --verify
// compares every byte. Values are a function of (seed, key, generation); generations stand beside the
// database in DIR.generations.
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>

#include <boost/program_options.hpp>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <vector>

#include "ledger_plan.h"
#include "ledger_values.h"

namespace po = boost::program_options;

namespace {

struct Settings {
  std::string db;
  uint64_t size_mb = 1024, seed = 1;
  uint32_t value_size = 1000, cfs = 1;
  double rewrite = 0;  // percent
  bool spread = true, disable_wal = false, verify = false, compact = false, compressible = false;
};

constexpr uint64_t kBatch = 500;

std::string key_of(uint64_t n) {
  char text[32];
  std::snprintf(text, sizeof text, "k/%012llu", static_cast<unsigned long long>(n));
  return text;
}

class Bulk {
 public:
  explicit Bulk(const Settings& s) : s_(s), keys_((s.size_mb << 20) / (s.value_size + 14)) {
    std::ifstream in(s.db + ".generations", std::ios::binary);
    generation_.assign(keys_, 0);
    if (in) in.read(reinterpret_cast<char*>(generation_.data()), static_cast<std::streamsize>(keys_));
    open();
  }

  ~Bulk() {
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
    db_->Close();
  }

  void load() {
    for (uint64_t n = 0; n < keys_; ++n) write(n, 1, true);
    finish();
  }

  // Spread: every (100 / percent)-th key; else one run of keys from the middle.
  void rewrite() {
    const auto count = static_cast<uint64_t>(double(keys_) * s_.rewrite / 100);
    const uint64_t step = s_.spread && count ? keys_ / count : 1, from = s_.spread ? 0 : (keys_ - count) / 2;
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t n = from + i * step;
      write(n, static_cast<uint8_t>(generation_[n] + 1), s_.disable_wal);
    }
    finish();
  }

  bool verify() {
    uint64_t wrong = 0, seen = 0;
    std::string expected;
    for (auto* handle : handles_) {
      std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, handle));
      for (it->SeekToFirst(); it->Valid(); it->Next(), ++seen) {
        const uint64_t n = std::stoull(it->key().ToString().substr(2));
        if (n >= keys_)
          ++wrong;
        else if (fill(n, generation_[n], expected); it->value() != rocksdb::Slice(expected))
          ++wrong;
      }
      if (!it->status().ok()) throw std::runtime_error(it->status().ToString());
    }
    std::printf("{\"equal\":%s,\"keys\":%llu,\"wrong\":%llu}\n",
                wrong == 0 && seen == keys_ ? "true" : "false", static_cast<unsigned long long>(seen),
                static_cast<unsigned long long>(wrong));
    return wrong == 0 && seen == keys_;
  }

 private:
  void open() {
    rocksdb::Options options;
    options.create_if_missing = options.create_missing_column_families = true;
    options.compression = rocksdb::kLZ4Compression;
    options.write_buffer_size = 64 << 20;
    options.max_background_jobs = 2;
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (uint32_t i = 0; i < s_.cfs; ++i) families.emplace_back(oracle::family_name(i), options);
    rocksdb::DB* db = nullptr;
    const auto status = rocksdb::DB::Open(options, s_.db, families, &handles_, &db);
    if (!status.ok()) throw std::runtime_error(s_.db + ": " + status.ToString());
    db_.reset(db);
  }

  void fill(uint64_t n, uint8_t generation, std::string& out) const {
    uint64_t state = oracle::mix(s_.seed, n, generation);
    out.resize(s_.value_size);
    for (size_t at = 0; at < out.size(); at += 8) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      const uint64_t word = s_.compressible && at / 64 % 2 ? 0x2e2e2e2e2e2e2e2eULL : state ^ (state >> 29);
      std::memcpy(out.data() + at, &word, std::min<size_t>(8, out.size() - at));
    }
  }

  void write(uint64_t n, uint8_t generation, bool disable_wal) {
    fill(n, generation, value_);
    generation_[n] = generation;
    batch_.Put(handles_[n % handles_.size()], key_of(n), value_);
    if (++batched_ >= kBatch) send(disable_wal);
    disable_wal_ = disable_wal;
  }

  void send(bool disable_wal) {
    rocksdb::WriteOptions options;
    options.disableWAL = disable_wal;
    if (const auto s = db_->Write(options, &batch_); !s.ok()) throw std::runtime_error(s.ToString());
    batch_.Clear();
    batched_ = 0;
  }

  void finish() {
    send(disable_wal_);
    for (auto* handle : handles_) {
      if (const auto s = db_->Flush({}, handle); !s.ok()) throw std::runtime_error(s.ToString());
      if (s_.compact) db_->CompactRange({}, handle, nullptr, nullptr);
    }
    std::ofstream out(s_.db + ".generations", std::ios::binary);
    out.write(reinterpret_cast<const char*>(generation_.data()), static_cast<std::streamsize>(keys_));
  }

  Settings s_;
  uint64_t keys_;
  std::vector<uint8_t> generation_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  rocksdb::WriteBatch batch_;
  uint64_t batched_ = 0;
  bool disable_wal_ = false;
  std::string value_;
};

}  // namespace

int main(int argc, char** argv) try {
  Settings s;
  po::options_description options("bulk_load --db DIR [--size-mb N] | --rewrite PERCENT | --verify");
  options.add_options()("help", "this text")                                                            //
      ("db", po::value(&s.db)->required(), "directory; give the same shape flags at every call")        //
      ("size-mb", po::value(&s.size_mb), "keys and values together (default 1024)")                     //
      ("value-size", po::value(&s.value_size), "bytes per value (default 1000)")                        //
      ("cfs", po::value(&s.cfs), "column families (default 1)")                                         //
      ("seed", po::value(&s.seed), "seed of every value")                                               //
      ("rewrite", po::value(&s.rewrite), "instead of loading: rewrite so many percent of the keys")     //
      ("run", "rewrite one run of keys instead of spread ones")                                         //
      ("disable-wal", "rewrite without the log (loading always is)")                                    //
      ("compressible", "values of half noise; else all noise: the size on disk is the size asked for")  //
      ("compact", "compact everything at the end")                                                      //
      ("verify", "instead of loading: compare every byte");
  po::variables_map vm;
  po::store(po::parse_command_line(argc, argv, options), vm);
  if (vm.count("help")) {
    std::cout << options << "\n";
    return 0;
  }
  po::notify(vm);
  s.spread = !vm.count("run");
  s.disable_wal = vm.count("disable-wal");
  s.compressible = vm.count("compressible");
  s.compact = vm.count("compact");
  Bulk bulk(s);
  if (vm.count("verify")) return bulk.verify() ? 0 : 1;
  const auto start = std::chrono::steady_clock::now();
  s.rewrite > 0 ? bulk.rewrite() : bulk.load();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("{\"event\":\"done\",\"seconds\":%.2f}\n", took.count());
  return 0;
} catch (const std::exception& e) {
  std::cerr << "bulk_load: " << e.what() << "\n";
  return 2;
}
