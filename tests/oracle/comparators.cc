#include "comparators.h"

#include <string>

namespace oracle {
namespace {

class PlainComparator : public rocksdb::Comparator {
 public:
  void FindShortestSeparator(std::string*, const rocksdb::Slice&) const override {}
  void FindShortSuccessor(std::string*) const override {}
};

class Reversed : public PlainComparator {
 public:
  const char* Name() const override { return "oracle.Reversed.v1"; }
  int Compare(const rocksdb::Slice& a, const rocksdb::Slice& b) const override { return b.compare(a); }
};

class LengthFirst : public PlainComparator {
 public:
  const char* Name() const override { return "oracle.LengthFirst.v1"; }
  int Compare(const rocksdb::Slice& a, const rocksdb::Slice& b) const override {
    if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
    return a.compare(b);
  }
};

}  // namespace

const rocksdb::Comparator* reversed_comparator() {
  static const Reversed comparator;
  return &comparator;
}

const rocksdb::Comparator* length_first_comparator() {
  static const LengthFirst comparator;
  return &comparator;
}

}  // namespace oracle
