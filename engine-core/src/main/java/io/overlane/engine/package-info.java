/**
 * The whole: settings in, a running engine out.
 */
package io.overlane.engine;
