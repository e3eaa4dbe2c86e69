// SPDX-License-Identifier: Apache-2.0
/**
 * What operators and control planes ask of the FDB, one operation each, with the rules of Linux {@code bridge fdb}.
 */
package io.overlane.control;
