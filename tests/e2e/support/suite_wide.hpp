#pragma once

namespace familiar::test {

/// Base of what all tests of a suite share, such as one server: a fixture of the suite, T::now while it lives.
template <class T>
struct suite_wide {
    suite_wide() { now = static_cast<T*>(this); }
    ~suite_wide() { now = nullptr; }
    suite_wide(const suite_wide&) = delete;
    suite_wide& operator=(const suite_wide&) = delete;

    inline static T* now = nullptr;
};

}  // namespace familiar::test
