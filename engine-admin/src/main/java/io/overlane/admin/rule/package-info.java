// SPDX-License-Identifier: Apache-2.0
/** The rules of a segment in words: one table for the command line, the configuration file and {@code ctl}. */
@NullMarked
package io.overlane.admin.rule;

import org.jspecify.annotations.NullMarked;
