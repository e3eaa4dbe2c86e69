// SPDX-License-Identifier: Apache-2.0
/** A configuration file as a tree whose nodes have line numbers: YAML 1.2, with all values as text. */
@NullMarked
package io.overlane.cli.config;

import org.jspecify.annotations.NullMarked;
