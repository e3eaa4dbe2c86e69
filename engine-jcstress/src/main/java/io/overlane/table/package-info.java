// SPDX-License-Identifier: Apache-2.0
/** Stress tests of the tables that readers share with one writer. */
package io.overlane.table;
