#include "core/source/rocksdb/known_comparators.h"

namespace seabed::rocksdb_source {
namespace {

class NamedComparator final : public ::rocksdb::Comparator {
 public:
  NamedComparator(const ::rocksdb::Comparator* order, std::string name)
      : order_(order), name_(std::move(name)) {}
  const char* Name() const override { return name_.c_str(); }
  int Compare(const ::rocksdb::Slice& a, const ::rocksdb::Slice& b) const override {
    return order_->Compare(a, b);
  }
  bool Equal(const ::rocksdb::Slice& a, const ::rocksdb::Slice& b) const override {
    return order_->Equal(a, b);
  }
  void FindShortestSeparator(std::string*, const ::rocksdb::Slice&) const override {}
  void FindShortSuccessor(std::string*) const override {}

 private:
  const ::rocksdb::Comparator* order_;
  std::string name_;
};

}  // namespace

const ::rocksdb::Comparator* KnownComparators::stand_in(const std::string& name, bool reverse) {
  const auto* order = reverse ? ::rocksdb::ReverseBytewiseComparator() : ::rocksdb::BytewiseComparator();
  if (name == order->Name()) return order;
  made_.push_back(std::make_unique<NamedComparator>(order, name));
  return made_.back().get();
}

Result<const ::rocksdb::Comparator*> KnownComparators::find(const std::string& name,
                                                            const ::rocksdb::Comparator* given) {
  if (given && name == given->Name()) return given;
  const bool reverse =
      name.starts_with("rev:RocksDB_SE_") || name == ::rocksdb::ReverseBytewiseComparator()->Name();
  if (reverse || name.starts_with("RocksDB_SE_") || name == ::rocksdb::BytewiseComparator()->Name())
    return stand_in(name, reverse);
  return fail(Code::kUnsupported, "comparator " + name, "only the application has it",
              "read with seabed::open_quick and set it in OpenQuickOptions::configure");
}

}  // namespace seabed::rocksdb_source
