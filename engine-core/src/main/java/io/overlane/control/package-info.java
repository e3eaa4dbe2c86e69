// SPDX-License-Identifier: Apache-2.0
/**
 * The types with which applications, operators and control planes change the tables: desired states with an owner, and
 * single operations with the rules of Linux {@code bridge fdb}.
 */
@NullMarked
package io.overlane.control;

import org.jspecify.annotations.NullMarked;
