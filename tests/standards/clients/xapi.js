// @xapi/xapi at work: `node xapi.js FOLDER ENDPOINT KEY SECRET VERSION`. Writes what it was told as JSON.
const [folder, endpoint, key, secret, version] = process.argv.slice(2);
const {createHash} = require("crypto");
const XAPI = require(`${folder}/node_modules/@xapi/xapi`);

const agent = {mbox: "mailto:ada@example.org"};
const activityId = "http://example.org/things/xapi";
const verb = {id: "http://example.org/verbs/did"};
const made = () => ({actor: agent, verb, object: {id: activityId}});
const data = async (promise) => (await promise).data;
const status = async (promise) => promise.then((answer) => answer.status, (error) => error.response.status);

async function statements(xapi) {
  const [first] = await data(xapi.sendStatement({statement: made()}));
  const rest = await data(xapi.sendStatements({statements: [made(), made()]}));
  const found = await data(xapi.getStatement({statementId: first}));
  const ids = [];
  let page = await data(xapi.getStatements({agent, verb: verb.id, activity: activityId, limit: 2, ascending: true}));
  for (;;) {
    ids.push(page.statements.map((one) => one.id));
    if (!page.more) break;
    page = await data(xapi.getMoreStatements({more: page.more}));
  }
  await xapi.voidStatement({actor: agent, statementId: first});
  const voided = await data(xapi.getVoidedStatement({voidedStatementId: first}));
  return {sent: [first, ...rest], found: found.id, pages: ids, voided: voided.id,
    gone: await status(xapi.getStatement({statementId: first})),
    cacheBuster: await status(xapi.getStatements({useCacheBuster: true}))};
}

// Data in a part of its own. On Node the library's request calls itself application/octet-stream, which xAPI forbids.
async function attachment(xapi) {
  const content = Buffer.from("a picture");
  const described = {usageType: "http://example.org/usage", display: {en: "A picture"}, contentType: "text/plain",
    length: content.length, sha2: createHash("sha256").update(content).digest("hex")};
  return status(xapi.sendStatement({statement: {...made(), attachments: [described]}, attachments: [content]}));
}

async function documents(xapi) {
  const state = {agent, activityId, stateId: "bookmark"};
  await xapi.setState({...state, state: {page: 1}});
  await xapi.createState({...state, state: {mark: 2}});
  const told = {state: await data(xapi.getState(state)), states: await data(xapi.getStates({agent, activityId}))};
  const profile = {activityId, profileId: "one"};
  await xapi.createActivityProfile({...profile, profile: {a: 1}});
  const {headers} = await xapi.getActivityProfile(profile);
  await xapi.setActivityProfile({...profile, profile: {b: 2}, etag: headers.etag, matchHeader: "If-Match"});
  told.stale = await status(
    xapi.setActivityProfile({...profile, profile: {c: 3}, etag: headers.etag, matchHeader: "If-Match"}));
  told.activityProfile = await data(xapi.getActivityProfile(profile));
  await xapi.createAgentProfile({agent, profileId: "one", profile: {d: 4}});
  told.agentProfile = await data(xapi.getAgentProfile({agent, profileId: "one"}));
  told.agentProfiles = await data(xapi.getAgentProfiles({agent}));
  await xapi.deleteState(state);
  told.stateGone = await status(xapi.getState(state));
  return told;
}

async function main() {
  const xapi = new XAPI({endpoint, auth: XAPI.toBasicAuth(key, secret), version});
  const about = await data(xapi.getAbout());
  const person = await data(xapi.getAgent({agent}));
  return {versions: about.version, mbox: person.mbox, attachment: await attachment(xapi),
    ...(await statements(xapi)), ...(await documents(xapi))};
}

main().then((told) => process.stdout.write(JSON.stringify(told)));
