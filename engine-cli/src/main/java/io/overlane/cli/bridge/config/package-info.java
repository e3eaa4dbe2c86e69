// SPDX-License-Identifier: Apache-2.0
/** The configuration file of a bridge, key by key the same settings as the options. */
package io.overlane.cli.bridge.config;
