#pragma once
// A broken driver is the template's store with one fault: a class derived from AcmeStore (or from
// NetworkedStore) and one line. The checker must find each of them; tests/conformance/checker_test.py says by
// which test.

#include "acme_driver.h"

namespace broken {

using acme::AcmeStore;
using acme::Buffers;
using acme::Context;
using acme::Error;
using acme::ListCall;
using acme::Medium;
using acme::ObjectStat;
using acme::PutOptions;
using acme::RemoveCall;
using acme::TagsCall;
using acme::Text;

template <class Store>
struct Driver : acme::AcmeDriver {
  static int32_t open(const seabed::sdk::OpenArgs& args, const Context&, seabed::sdk::Store** out,
                      Error& error) {
    std::shared_ptr<Medium> medium;
    if (const int32_t code = acme::medium_of(args.location(), &medium, error)) return code;
    auto store = std::make_unique<Store>(std::move(medium));
    if constexpr (requires { store->configure(args); }) store->configure(args);
    *out = store.release();
    return SEABED_OK;
  }
};

/// The template's table, to be changed in places: what the glue makes impossible needs the bare ABI.
template <class D>
seabed_driver_v1* changeable_table() {
  static seabed_driver_v1 table = seabed::sdk::Table<D>::kTable;
  return &table;
}

}  // namespace broken
