// SPDX-License-Identifier: Apache-2.0
/**
 * Configured entries and who wants them: several owners (a control plane, a configuration file, a person) each say all
 * they want, and what has changed since is found out and done, without touching what is another owner's.
 */
package io.overlane.reconcile;
