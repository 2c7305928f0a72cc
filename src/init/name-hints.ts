/** What the name of a column may hint at. A hint supports what the cells show; alone it decides no role. */
export type Hint =
  | "who"
  | "notWho"
  | "when"
  | "notWhen"
  | "code"
  | "level"
  | "price"
  | "quantity"
  | "money"
  | "duration"
  | "volume"
  | "place"
  | "calendar"
  | "type"
  | "direction"
  | "churn"
  | "left";

/** Words of several languages, without accents, in small letters. */
const WORDS: Readonly<Record<Hint, string>> = {
  who: `customer customers cust client cliente clienti klient kunde kunden kund klant utente utenti usuario user users uid userid member
    membre mitglied subscriber subscribers sub abonne abonnent abonado abbonato abonent teilnehmer msisdn imsi phone telefon telefono telephone
    rufnummer mobile account acct konto compte conto cuenta player spieler giocatore joueur jugador author autor autore auteur email mail
    household haushalt visitor besucher caller calling person patient donor buyer student rider passenger viewer guest cli contact holder
    inhaber titolare titulaire patron owner`,
  notWho: `other called callee dest destination receiver recipient b product prodotto produkt produit producto article artikel articolo sku stock
    item order invoice rechnung fattura facture factura bestell bestellung ordine pedido session sitzung sessione transaction transaktion cell
    cella zelle tower site store shop filiale branch country land paese pays pais region regione plan tariff tarif type typ tipo status stato
    device geraet version agent employee seller cashier committer reviewer game page url campaign host merchant channel partner currency`,
  when: `time date day datum data giorno tag fecha dia jour heure hora ora zeit zeitpunkt zeitstempel timestamp ts start started begin beginn
    inizio debut inicio created when at event occurred played login erstellt creato`,
  notWhen: `end ended ende fine fin stop stopped updated modified changed loaded imported inserted processed exported last previous prev birth
    born geburt geburtsdatum nascita naissance joined signup since expiry expires expiration valid due delivered shipped closed until letzte
    geaendert aggiornato bis answer answered`,
  code: `id ids code kod codice nr no num number nummer numero key hash uuid guid sku zip plz cap postcode postal postleitzahl cell lac tac type typ
    tipo kind class status stato category kategorie categoria direction richtung plan tariff tarif store shop branch channel version imei imsi
    msisdn ip port line position pos row seq sequence batch group gruppe gruppo cluster`,
  level: `balance saldo kontostand level livello stufe score punkte punteggio rating rank rang age alter eta temperature temperatur percent pct
    prozent rate ratio quote avg mean average tenure share speed latency signal rssi priority prio severity grade stage`,
  price: "price preis prezzo prix precio unitprice stueckpreis einzelpreis",
  quantity: "quantity qty menge anzahl stueck stuck quantita qta quantite cantidad pieces units",
  money: `amount total revenue betrag umsatz importo totale montant spend sales value wert valore valeur charge cost costo kosten fee gebuehr
    paid payment zahlung turnover ricavo euro eur usd gbp chf dollar`,
  duration: `duration dur dauer durata duree duracion secs seconds sec sekunden secondi secondes minutes minuten minuti mins billsec talktime
    laenge ms msec msecs millis milliseconds`,
  volume: `bytes byte octets volume volumen traffic mb kb gb tb kib mib gib megabytes kilobytes gigabytes uplink downlink upload download uploaded
    downloaded rx tx ul dl`,
  place: "lat latitude lon lng long longitude breitengrad laengengrad latitudine longitudine breite",
  calendar: `year jahr anno annee ano month monat mese mois mes week woche settimana weekday wochentag hour stunde quarter quartal minute dow`,
  type: `type typ tipo kind art service servizio dienst event action aktion azione usage record category kategorie categoria ereignis evento`,
  direction: "direction dir richtung direzione verso sens sentido io flow",
  churn: "churn churned churner cancelled canceled kuendigung gekuendigt disdetta abwanderung",
  left: `left leave leaver leaving cancel cancelled canceled cancellation churn churned churndate kuendigung gekuendigt disdetta cessazione cessato
    resiliation termination terminated ended end ende austritt abgang exit quit baja`,
};

const HINTS = new Map((Object.keys(WORDS) as Hint[]).map((hint) => [hint, new Set(WORDS[hint].split(/\s+/))] as const));

/** Least letters of a word that is also looked for inside of a longer one: kundennummer, startzeit. */
const INSIDE = 5;

/** The words that a name consists of: `CustomerID`, `a_number` and `Start-Zeit` have two each. */
export function wordsOf(name: string): string[] {
  return name
    .replaceAll("ß", "ss")
    .replace(/[äÄ]/g, "ae")
    .replace(/[öÖ]/g, "oe")
    .replace(/[üÜ]/g, "ue")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/^\d+|\d+$/g, ""))
    .filter((word) => word !== "");
}

/** Hints whose words are also looked for at the beginning and the end of longer ones: kundennummer, gespraechsdauer. */
const COMPOUND: ReadonlySet<Hint> = new Set([
  ...([
    "who",
    "notWho",
    "when",
    "notWhen",
    "code",
    "level",
    "price",
    "quantity",
    "money",
    "duration",
    "volume",
  ] as const),
]);
/** Words that make a code of what follows, too: id_cliente; number_of_calls is none. */
const CODE_FIRST = new Set("id cod codice code codigo kod uuid guid key hash".split(" "));

/** What the name of a column hints at. */
export function hintsOf(name: string): ReadonlySet<Hint> {
  const words = wordsOf(name);
  const found = new Set<Hint>();
  for (const [hint, list] of HINTS) {
    const has = (word: string) => list.has(word) || (COMPOUND.has(hint) && isInside(word, list));
    // a store id is a code, store visits are none
    const isHinted = hint === "code" ? words.slice(-1).some(has) || CODE_FIRST.has(words[0]) : words.some(has);
    if (isHinted) found.add(hint);
  }
  return found;
}

function isInside(word: string, list: ReadonlySet<string>): boolean {
  if (word.length <= INSIDE) return false;
  for (const part of list) {
    if (part.length >= INSIDE && (word.startsWith(part) || word.endsWith(part))) return true;
    // two short words written as one: userid, orderno
    if (
      part.length >= 3 &&
      /^(id|nr|no|num|number|key|code|date|time)$/.test(word.slice(part.length)) &&
      word.startsWith(part)
    )
      return true;
  }
  return false;
}
