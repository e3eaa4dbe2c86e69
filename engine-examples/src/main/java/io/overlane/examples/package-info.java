// SPDX-License-Identifier: Apache-2.0
/** The runnable jar: where a command line begins, and the README's first example. */
package io.overlane.examples;
