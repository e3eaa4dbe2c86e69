// SPDX-License-Identifier: Apache-2.0
/** Stress tests of counters and samples. */
package io.overlane.status;
