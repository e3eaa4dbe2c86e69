// SPDX-License-Identifier: Apache-2.0
/** Stress tests of what a segment shares between threads. */
package io.overlane.segment;
