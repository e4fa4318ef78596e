#pragma once
// What the driver says of itself, and how a destination is opened.

#include <memory>
#include <string>

#include "acme_store.h"
#include "seabed/driver.hpp"

namespace acme {

/// The medium of a location, shared by the stores of this process; the error tells why not.
int32_t medium_of(const std::string& location, std::shared_ptr<Medium>* out, Error& error);

struct AcmeDriver {
  static constexpr const char* kName = "acme";
  static constexpr const char* kVersion = "1.0.0";
  static constexpr const char* const kSchemes[] = {"acme", nullptr};

  // Keys of a destination. A host refuses all others and never prints the value of a secret one.
  static constexpr seabed_key kToken = {sizeof(seabed_key),
                                        SEABED_KEY_TEXT,
                                        SEABED_KEY_SECRET,
                                        "token",
                                        nullptr,
                                        "opens the store; the template takes any",
                                        nullptr};
  static constexpr const seabed_key* const kKeys[] = {&kToken, nullptr};

  static void capabilities(const seabed::sdk::Store*, seabed_capabilities* out);
  static int32_t open(const seabed::sdk::OpenArgs&, const Context&, seabed::sdk::Store** out, Error&);
};

}  // namespace acme
