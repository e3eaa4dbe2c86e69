// SPDX-License-Identifier: Apache-2.0
/** Stress tests of waits and wake-ups. */
package io.overlane.signal;
