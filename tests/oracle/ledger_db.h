// The database under the ledger, opened with the comparators, merge operator and write policy it was made
// with.
#pragma once
#include <rocksdb/db.h>
#include <rocksdb/utilities/transaction_db.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "commit_history.h"
#include "ledger_config.h"

namespace oracle {

enum class OpenMode { kWrite, kReadOnly };

class LedgerDb {
 public:
  ~LedgerDb();
  LedgerDb() = default;
  LedgerDb(const LedgerDb&) = delete;
  LedgerDb& operator=(const LedgerDb&) = delete;

  rocksdb::Status open(const std::string& dir, const LedgerConfig& config, OpenMode mode);
  rocksdb::Status close();

  rocksdb::DB* db() const { return db_.get(); }
  rocksdb::TransactionDB* transactions() const { return transactions_; }  // null without --txn
  rocksdb::ColumnFamilyHandle* family(const std::string& name) const;     // null: no such family
  const std::map<std::string, rocksdb::ColumnFamilyHandle*>& families() const { return families_; }

  // All at once: RocksDB writes its OPTIONS file anew at every call.
  rocksdb::Status create_families(const std::vector<std::string>& names);
  rocksdb::Status drop_family(const std::string& name);

  // The last commit of every lane that stands in the data.
  std::vector<CommitName> heads() const;
  const rocksdb::Options& options() const { return options_; }

 private:
  LedgerConfig config_;
  rocksdb::Options options_;
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::TransactionDB* transactions_ = nullptr;
  std::map<std::string, rocksdb::ColumnFamilyHandle*> families_;
};

// The newest of them; {0, 0} and false if there is none.
bool newest_head(const std::vector<CommitName>& heads, CommitName& newest);

// The comparator of a family by its name, as this application defines it.
const rocksdb::Comparator* comparator_of(const LedgerConfig& config, const std::string& family);

}  // namespace oracle
