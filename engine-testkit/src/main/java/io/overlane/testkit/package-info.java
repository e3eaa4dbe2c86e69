// SPDX-License-Identifier: Apache-2.0
/**
 * Support for tests of ports, underlays and whole engines: a network in memory with faults, a clock that the test
 * steps, an engine that runs step by step, captures that are replayed as tests, contracts for underlays and settings,
 * and network namespaces.
 */
@NullMarked
package io.overlane.testkit;

import org.jspecify.annotations.NullMarked;
