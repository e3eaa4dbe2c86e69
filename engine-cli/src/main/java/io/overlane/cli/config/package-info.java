// SPDX-License-Identifier: Apache-2.0
/** A configuration file as a tree whose every part knows its line: YAML 1.2, read with everything taken as text. */
package io.overlane.cli.config;
