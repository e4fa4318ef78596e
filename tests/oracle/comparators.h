// Comparators that only this application knows, under names of their own, as services in the field have.
#pragma once
#include <rocksdb/comparator.h>

namespace oracle {

const rocksdb::Comparator* reversed_comparator();  // "oracle.Reversed.v1": reverse bytewise order
const rocksdb::Comparator*
length_first_comparator();  // "oracle.LengthFirst.v1": shorter keys first, then bytes

}  // namespace oracle
