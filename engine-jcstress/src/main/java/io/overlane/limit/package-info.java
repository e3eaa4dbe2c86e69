// SPDX-License-Identifier: Apache-2.0
/** Stress tests of limits that threads share. */
package io.overlane.limit;
