// SPDX-License-Identifier: Apache-2.0
/**
 * What tests of ports, underlays and whole engines need: a network in memory with faults, a clock under the test's
 * hand, an engine that runs step by step, contracts that every underlay and every settings class must meet, and network
 * namespaces.
 */
package io.overlane.testkit;
