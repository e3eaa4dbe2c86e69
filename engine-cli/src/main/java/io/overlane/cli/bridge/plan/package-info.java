// SPDX-License-Identifier: Apache-2.0
/** What the options of a bridge add up to on this host: a plan that is whole and checked before anything starts. */
package io.overlane.cli.bridge.plan;
